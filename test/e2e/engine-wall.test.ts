/** A service whose system refuses namespaces, as containers do: what it says, and what it does not do. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { addNewTenant, newTenant } from '../../src/catalog/new-tenant.ts'
import { jsonLog, realWorld } from '../../src/main/world.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { endAll, newDataFolder } from '../support/service-process.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
/** Runs what follows in a namespace that allows no further ones. */
const REFUSING = ['-U', '-r', 'sh', '-c', 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', 'sh']

afterAll(endAll)
beforeEach(({ skip }) => {
  skip(spawnSync('unshare', [...REFUSING, 'true']).status !== 0, 'namespaces cannot be refused here')
})

function serve(folder: string, ...more: string[]) {
  const args = [...REFUSING, process.execPath, MAIN, 'serve', '--port', '0', '--data', folder, ...more]
  const service = spawn('unshare', args, { env: { PATH: process.env.PATH } })
  let told = ''
  service.stderr.on('data', (text: Buffer) => {
    told += text
  })
  return { service, exited: once(service, 'exit'), told: () => told }
}

async function ready(folder: string, ...more: string[]): Promise<{ body: unknown; told: string }> {
  const { service, exited, told } = serve(folder, ...more)
  try {
    for await (const line of createInterface({ input: service.stdout })) {
      const url = /^Reprise listens on (\S+)$/.exec(line)?.[1]
      if (url !== undefined) return { body: await (await fetch(`${url}/readyz`)).json(), told: told() }
    }
    throw new Error(`it did not listen: ${told()}`)
  } finally {
    service.kill('SIGTERM')
    await exited
  }
}

test('it starts for one tenant and says what is missing; with a second one only if it is told to', async () => {
  const folder = newDataFolder()
  const { body, told } = await ready(folder)
  expect(body).toMatchObject({
    wall: 'none',
    wallMissing: expect.stringMatching(/allow user namespaces|not installed/),
  })
  expect(told).toContain('no second wall stands around engine processes')

  const store = SqliteStore.open(join(folder, 'reprise.db'))
  const { random, clock } = realWorld(jsonLog('silent'))
  const given = { name: 'second', adminName: 'admin', tokenHash: '0'.repeat(64) }
  await addNewTenant(store, newTenant(given, random, clock.now()))
  await store.close()

  const refused = serve(folder)
  expect((await refused.exited)[0]).toBe(1)
  expect(refused.told()).toMatch(/^reprise: cannot start: 2 tenants need a second wall .*--trust-tenants/m)
  expect((await ready(folder, '--trust-tenants')).body).toMatchObject({ wall: 'none' })
})
