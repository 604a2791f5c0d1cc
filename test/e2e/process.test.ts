/** The process as its operator sees it: first start, restart, signals, a taken port, the event stream. */

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { Client } from '../../src/cli/client.ts'
import { defined } from '../../src/core/defined.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { ADMIN_KEY, endAll, newDataFolder, startServiceProcess } from '../support/service-process.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

afterAll(endAll)

function reprise(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...environment },
    timeout: 30_000,
  })
}

/** Reads server-sent events until one satisfies the condition; gives all that came. */
async function readStream(url: string, lastEventId: string | undefined, until: (type: string) => boolean) {
  const response = await fetch(`${url}/api/v1/events/stream`, {
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      ...defined({ 'last-event-id': lastEventId }),
    },
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const seen: { id: string; type: string; data: string }[] = []
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]),
      )
      text = text.slice(end + 2)
      if (!fields.has('data')) continue
      seen.push({ id: fields.get('id')!, type: fields.get('event')!, data: fields.get('data')! })
      if (until(seen.at(-1)!.type)) return seen
    }
  }
  throw new Error('the stream ended')
}

describe('reprise serve', () => {
  it.runIf(process.platform === 'linux')('bounds the young part of its heap, once', async () => {
    const service = await startServiceProcess(newDataFolder())
    const { pid } = service.process
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    expect(args.filter((arg) => arg.includes('semi-space-size'))).toEqual(['--max-semi-space-size=8'])
    expect(await service.stop()).toBe(0)
  })

  it('makes an admin key on the first start only, prints it once, and keeps secrets to their owner', async () => {
    const folder = newDataFolder()
    const first = await startServiceProcess(folder, { REPRISE_ADMIN_KEY: '' })
    const shown = () => /^Admin API key, shown this once: (\S+)$/m.exec(first.printed.join('\n'))?.[1]
    await expect.poll(shown).toMatch(/^rpk_/)
    const key = shown()
    expect(await new Client(first.url, key!).call('GET', '/api/v1/users/me')).toMatchObject({ name: 'admin' })
    expect(await first.stop()).toBe(0)
    for (const file of ['reprise.db', 'reprise.db-wal']
      .map((name) => join(folder, name))
      .filter(existsSync)) {
      expect(readFileSync(file, 'latin1')).not.toContain(key)
    }
    const second = await startServiceProcess(folder)
    expect(await new Client(second.url, key!).call('GET', '/api/v1/tenants/me')).toMatchObject({
      name: 'default',
    })
    expect(await second.client.call('GET', '/api/v1/users/me')).toMatchObject({ name: 'admin' })
    expect(await second.stop()).toBe(0)
  })

  it('keeps everything below its data folder to its owner, also in a folder that others may enter', async () => {
    const folder = newDataFolder()
    chmodSync(folder, 0o755)
    const service = await startServiceProcess(folder)
    try {
      await expect.poll(() => service.enginePids().length).toBeGreaterThan(0)
      const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      expect(entries).toEqual(expect.arrayContaining(['reprise.db', 'secret.key', 'apps', 'files', 'tmp']))
      const open = entries.filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0)
      expect(open).toEqual([])
    } finally {
      expect(await service.stop()).toBe(0)
    }
  })

  it('refuses a second process on the same data folder, and a taken port', async () => {
    const folder = newDataFolder()
    const service = await startServiceProcess(folder)
    const twin = reprise(['serve', '--port', '0', '--data', folder])
    expect(twin.status).toBe(1)
    expect(twin.stderr).toMatch(/^reprise: cannot start: .*reprise\.db is in use .*\n$/m)
    expect(await service.stop()).toBe(0)
    const taken = createServer()
    await once(taken.listen(0, '127.0.0.1'), 'listening')
    const { port } = taken.address() as AddressInfo
    const refused = reprise(['serve', '--port', String(port), '--data', newDataFolder()])
    taken.close()
    expect(refused.status).toBe(1)
    expect(refused.stderr).toMatch(/^reprise: cannot start: .*in use.*choose another port with --port\n$/m)
  })

  it('names every wrong setting and exits with 2', () => {
    const refused = reprise(['serve', '--port', 'many'], { REPRISE_QUEUE_TIME: 'ages' })
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('REPRISE_PORT: "many" is not a whole number from 0 to 65535')
    expect(refused.stderr).toContain('REPRISE_QUEUE_TIME: "ages" is not a duration')
  })

  it('lets a running reload end when it is asked to stop, and tells its event after the restart', async () => {
    const folder = newDataFolder()
    const service = await startServiceProcess(folder)
    const appId = await service.client.createApp('app')
    await service.client.setScript(appId, 'SLEEP 1500; T: LOAD 1 AS a AUTOGENERATE 1;')
    const { id } = await service.client.startReload(appId)
    await service.client.waitFor(id, ({ status }) => status === 'RELOADING')
    expect(await service.stop()).toBe(0)
    const again = await startServiceProcess(folder)
    expect((await again.client.reload(id)).status).toBe('SUCCEEDED')
    const seen = await readStream(again.url, '0', (type) => type === FINISHED_EVENT_TYPE)
    expect(JSON.parse(seen.at(-1)!.data)).toMatchObject({ data: { id, status: 'SUCCEEDED' } })
    expect(await again.stop()).toBe(0)
  })

  it('hands a reload back to the queue when it outlives the drain time', async () => {
    const folder = newDataFolder()
    const service = await startServiceProcess(folder, { REPRISE_DRAIN_TIME: '200ms' })
    const appId = await service.client.createApp('app')
    await service.client.setScript(appId, 'SLEEP 4000; T: LOAD 1 AS a AUTOGENERATE 1;')
    const { id } = await service.client.startReload(appId)
    await service.client.waitFor(id, ({ status }) => status === 'RELOADING')
    expect(await service.stop()).toBe(0)
    const again = await startServiceProcess(folder)
    await again.client.waitFor(id, ({ status }) => status === 'RELOADING')
    await again.client.cancelReload(id)
    expect(await again.stop()).toBe(0)
  })

  it('streams events from where a client left off', async () => {
    const service = await startServiceProcess(newDataFolder())
    const appId = await service.client.createApp('app')
    await service.client.setScript(appId, 'T: LOAD 1 AS a AUTOGENERATE 1;')
    const first = await service.client.startReload(appId)
    await service.client.waitForEnd(first.id)
    const seen = await readStream(service.url, '0', (type) => type === FINISHED_EVENT_TYPE)
    const live = readStream(service.url, seen.at(-1)!.id, (type) => type === FINISHED_EVENT_TYPE)
    const second = await service.client.startReload(appId)
    const next = await live
    expect(next.filter(({ type }) => type === FINISHED_EVENT_TYPE)).toHaveLength(1)
    expect(JSON.parse(next.at(-1)!.data).data.id).toBe(second.id)
    expect(next.every(({ id }) => Number(id) > Number(seen.at(-1)!.id))).toBe(true)
    expect(await service.stop()).toBe(0)
  })
})
