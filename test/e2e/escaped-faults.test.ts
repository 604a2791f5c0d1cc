/**
 * Faults that nobody can catch, planted where the client libraries of the channels work: in each, an
 * exception in a callback, a rejected promise that nobody has, and an error event that nobody hears.
 */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { WEBHOOK_SECRET } from '../support/finished-events.ts'
import { endAll, newDataFolder, spawnService, startServiceProcess } from '../support/service-process.ts'

/** Loaded before the service: whoever connects to one of the ports gets three faults for it. */
const PLANTED = `
  import { EventEmitter } from 'node:events'
  import { Socket } from 'node:net'
  const ports = process.env.PLANTED_PORTS.split(',')
  const connect = Socket.prototype.connect
  Socket.prototype.connect = function (...args) {
    const port = String([args].flat(3)[0]?.port)
    const at = ports.indexOf(port)
    if (at >= 0) {
      ports.splice(at, 1)
      setImmediate(() => { throw new Error('planted exception') })
      setImmediate(() => new EventEmitter().emit('error', new Error('planted event')))
      void Promise.reject(new Error('planted rejection'))
    }
    return connect.apply(this, args)
  }
  process.on('SIGUSR2', () => { throw new Error('a mistake of ours') })
`

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})
afterAll(endAll)

/** Takes connections and ends them. */
async function refusingPort(): Promise<number> {
  const server = createServer((socket: Socket) => socket.on('error', () => {}).destroy())
  ends.push(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as { port: number }).port
}

function planted(folder: string, ports: readonly number[]): Record<string, string> {
  const file = join(folder, 'planted.mjs')
  writeFileSync(file, PLANTED)
  return { NODE_OPTIONS: `--import=${file}`, PLANTED_PORTS: ports.join() }
}

describe('faults that escape every catch', { timeout: 180_000 }, () => {
  it('of a webhook, of NATS and of Kafka are counted, and the service goes on', async () => {
    const folder = newDataFolder()
    const [hook, nats, kafka] = [await refusingPort(), await refusingPort(), await refusingPort()]
    const service = await startServiceProcess(join(folder, 'data'), {
      ...planted(folder, [hook, nats, kafka]),
      REPRISE_NATS_URL: `nats://127.0.0.1:${nats}`,
      REPRISE_KAFKA_URL: `kafka://127.0.0.1:${kafka}`,
      REPRISE_LOG_LEVEL: 'silent',
    })
    const { client, url } = service
    await client.createWebhook({
      name: 'planted',
      url: `http://127.0.0.1:${hook}/`,
      secret: WEBHOOK_SECRET,
      enabled: true,
      eventTypes: [FINISHED_EVENT_TYPE],
    })
    const { id } = await client.startReload(await client.createApp('app'))
    await client.waitForEnd(id)
    const counted = async () => {
      const text = await (await fetch(`${url}/metrics`)).text()
      return [...text.matchAll(/^reprise_channel_faults_total\{channel="(\w+)"\} (\d+)$/gm)]
        .map(([, channel, count]) => `${channel} ${count}`)
        .sort()
    }
    await expect.poll(counted, { timeout: 100_000 }).toEqual(['kafka 3', 'nats 3', 'webhook 3'])
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await service.stop()).toBe(0)
  })

  it('of our own end the service with a line that tells them, and exit code 1', async () => {
    const folder = newDataFolder()
    const environment = { ...planted(folder, []), REPRISE_LOG_LEVEL: 'error' }
    const { child, exited } = spawnService(join(folder, 'data'), environment, ['ignore', 'pipe', 'pipe'])
    let log = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
    await once(child.stdout!, 'data')
    child.kill('SIGUSR2')
    expect(await exited).toBe(1)
    const line = log.split('\n').find((each) => each.startsWith('{'))
    expect(JSON.parse(line!)).toMatchObject({
      level: 50,
      msg: 'a fault that nobody caught: the service ends, the next start goes on',
      error: { message: 'a mistake of ours' },
    })
  })
})
