/**
 * SIGTERM ends the service within its drain time and five seconds, whatever hangs around it: pipes that
 * nobody reads, a terminal that has gone, brokers, webhooks, engines and clients that never answer.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { startEventReceiver } from '../../src/cli/event-receiver.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { finishedOf, WEBHOOK_SECRET } from '../support/finished-events.ts'
import { isRunning, until } from '../support/observe.ts'
import {
  ADMIN_KEY,
  endAll,
  newDataFolder,
  type ServiceProcess,
  serviceCommand,
  spawnService,
  startServiceProcess,
} from '../support/service-process.ts'

const DRAIN_MS = 1000
/** Drain time and 5 s; the rest is for a busy machine, and less than the time limit of a send. */
const STOP_MAX_MS = DRAIN_MS + 5000 + 5000
const SCRIPT = '/usr/bin/script'
const TIMEOUT_MS = 180_000

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})
afterAll(endAll)

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** Takes connections and never says a word. */
async function silentServer(): Promise<{ readonly port: number; readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { port: (server.address() as AddressInfo).port, sockets }
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  )
}

async function exitWithin(child: { once: ServiceProcess['process']['once'] }, ms: number) {
  let late: NodeJS.Timeout | undefined
  const gone = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
  const given = new Promise((resolve) => {
    late = setTimeout(() => resolve(`still there after ${ms} ms`), ms)
  })
  const first = await Promise.race([gone, given])
  clearTimeout(late)
  return first
}

describe('a service whose output nobody reads', { timeout: TIMEOUT_MS }, () => {
  it('serves and stops in order while the pipe of both its outputs is full', async () => {
    const folder = newDataFolder()
    const port = await freePort()
    const full = spawn('mkfifo', [join(folder, 'full')])
    await once(full, 'exit')
    const fifo = openSync(join(folder, 'full'), constants.O_RDWR | constants.O_NONBLOCK)
    ends.push(() => closeSync(fifo))
    fill(fifo)
    // An opening of its own that blocks, as a service manager hands one over.
    const output = openSync(join(folder, 'full'), constants.O_WRONLY)
    ends.push(() => closeSync(output))
    const environment = { REPRISE_PORT: String(port), REPRISE_LOG_LEVEL: 'info' }
    const { child } = spawnService(join(folder, 'data'), environment, ['ignore', output, output])
    await expect.poll(() => isReady(port), { timeout: 60_000 }).toBe(true)
    child.kill('SIGTERM')
    expect(await exitWithin(child, STOP_MAX_MS)).toBe(0)
  })

  it.skipIf(!existsSync(SCRIPT))('serves and stops after its terminal has gone (needs script)', async () => {
    const folder = newDataFolder()
    const port = await freePort()
    const { args, env } = serviceCommand(join(folder, 'data'), {
      REPRISE_PORT: String(port),
      REPRISE_LOG_LEVEL: 'info',
    })
    const command = [process.execPath, ...args].map((word) => `'${word}'`).join(' ')
    const pidFile = join(folder, 'pid')
    // A session of its own: it is not told when the terminal goes.
    const terminal = spawn(
      SCRIPT,
      ['-qefc', `setsid sh -c "echo \\$\\$ >'${pidFile}'; exec ${command}"`, '/dev/null'],
      {
        env,
        stdio: 'ignore',
      },
    )
    await expect.poll(() => isReady(port), { timeout: 60_000 }).toBe(true)
    const pid = Number(readFileSync(pidFile, 'utf8'))
    ends.push(() => isRunning(pid) && process.kill(pid, 'SIGKILL'))
    terminal.kill('SIGKILL')
    await once(terminal, 'exit')
    expect(await isReady(port)).toBe(true)
    process.kill(pid, 'SIGTERM')
    await until('the service has ended', () => !isRunning(pid), STOP_MAX_MS)
  })
})

describe('a service around which everything hangs', { timeout: TIMEOUT_MS }, () => {
  /** A running reload, and for another that ended a webhook and two brokers that never answer. */
  async function hanging(folder: string, hook: string, drainMs: number) {
    const [nats, kafka] = [await silentServer(), await silentServer()]
    const service = await startServiceProcess(folder, {
      REPRISE_DRAIN_TIME: `${drainMs}ms`,
      REPRISE_NATS_URL: `nats://127.0.0.1:${nats.port}`,
      REPRISE_KAFKA_URL: `kafka://127.0.0.1:${kafka.port}`,
      REPRISE_LOG_LEVEL: 'error',
    })
    const { client, url } = service
    await client.createWebhook({
      name: 'hangs',
      url: hook,
      secret: WEBHOOK_SECRET,
      enabled: true,
      eventTypes: [FINISHED_EVENT_TYPE],
    })
    const ended = await client.createApp('ends')
    const { id } = await client.startReload(ended)
    await client.waitForEnd(id)
    const endless = await client.createApp('runs')
    await client.setScript(endless, 'T: LOAD RecNo() AS n, Rand() AS r AUTOGENERATE 2000000000;')
    const running = await client.startReload(endless)
    await client.waitFor(running.id, ({ log }) => log?.includes('Started loading') === true)
    for (const { sockets } of [nats, kafka])
      await until('the broker was asked', () => sockets.size > 0, 60_000)
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({
      status: 'ready',
      brokers: { nats: 'down', kafka: 'down' },
    })
    await clientsThatHang(url)
    return { service, reloadId: id }
  }

  /** A slow upload, half a header, a connection that asks nothing, and a stream that is not read. */
  async function clientsThatHang(url: string): Promise<void> {
    const { port } = new URL(url)
    const head = (line: string) => `${line} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n`
    const upload = 'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n'
    const part = '--b\r\nContent-Disposition: form-data; name="File"; filename="f"\r\n\r\nslow'
    for (const text of [
      `${head('POST /api/v1/data-files')}${upload}${part}`,
      'GET /api/v1/apps HTTP/1.1\r\nHo',
      '',
      `${head('GET /api/v1/events/stream?after=0')}\r\n`,
    ]) {
      const socket = connect(Number(port), '127.0.0.1').pause()
      socket.on('error', () => {})
      ends.push(() => socket.destroy())
      await once(socket, 'connect')
      socket.write(text)
    }
  }

  /** Answers nothing until it is told to. */
  async function hangingHook() {
    let asked = 0
    const server = createHttpServer(() => {
      asked += 1
    })
    ends.push(() => {
      server.closeAllConnections()
      server.close()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return { port: (server.address() as AddressInfo).port, asked: () => asked, server }
  }

  it('stops in order, and sends its event after the next start', async () => {
    const folder = newDataFolder()
    const hook = await hangingHook()
    const { service, reloadId } = await hanging(folder, `http://127.0.0.1:${hook.port}/events`, DRAIN_MS)
    await until('the webhook was asked', () => hook.asked() > 0, 60_000)
    service.process.kill('SIGTERM')
    expect(await exitWithin(service.process, STOP_MAX_MS)).toBe(0)

    hook.server.closeAllConnections()
    hook.server.close()
    const receiver = await startEventReceiver(WEBHOOK_SECRET, hook.port)
    ends.push(() => void receiver.close())
    const again = await startServiceProcess(folder, { REPRISE_DRAIN_TIME: '0ms' })
    await receiver.waitFor(finishedOf(reloadId))
    await again.stop()
  })

  it('ends at once on a second signal', async () => {
    const hook = await hangingHook()
    const { service } = await hanging(newDataFolder(), `http://127.0.0.1:${hook.port}/events`, 600_000)
    service.process.kill('SIGTERM')
    const ready = async () => (await fetch(`${service.url}/readyz`)).status
    await expect.poll(ready, { timeout: 60_000 }).toBe(503)
    service.process.kill('SIGTERM')
    expect(await exitWithin(service.process, 5000)).toBe(1)
  })
})

/** Writes until the pipe takes no more. */
function fill(fd: number): void {
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096, 'x'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
  }
}
