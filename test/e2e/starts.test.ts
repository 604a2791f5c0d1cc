/**
 * The table of starts: an installation with reloads, app data, data files, a webhook with its sealed secret
 * and history, of which each file in turn is missing, empty, or as it was at an earlier time. Whatever is
 * lost is told, by a refusal or a warning; docs/reference/starts.md has what was seen.
 */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SeenStart, startsPage } from '../../docs/generate/starts-page.ts'
import { Client } from '../../src/cli/client.ts'
import type { Log } from '../../src/core/ports.ts'
import { readConfig } from '../../src/main/config.ts'
import { type RunningService, startService } from '../../src/main/service.ts'
import type { Accepted } from '../../src/main/surroundings.ts'
import { realWorld } from '../../src/main/world.ts'
import { defineFunctions } from '../../src/store/sqlite/functions.ts'
import { MIGRATIONS } from '../../src/store/sqlite/migrate.ts'
import { expectReferencePage } from '../support/reference-page.ts'

const ADMIN_KEY = 'starts-admin-key-of-the-test'
const LONG = { timeout: 300_000 }
const REFUSES: Accepted = { beginAnew: false, acceptLoss: false }

const root = mkdtempSync(join(tmpdir(), 'reprise-starts-'))
/** As it was when the first of two apps was there; stopped; and as a kill leaves it. */
const [older, whole, killed] = ['older', 'whole', 'killed'].map((name) => join(root, name)) as [
  string,
  string,
  string,
]
const running = new Set<RunningService>()
afterAll(async () => {
  for (const service of running) await service.stop()
  rmSync(root, { recursive: true, force: true })
})

async function start(dataDir: string, said: string[], accepted = REFUSES): Promise<RunningService> {
  const tell = (message: string) => void said.push(message)
  const log: Log = { info() {}, warn: tell, error: tell }
  const settings = readConfig(
    { dataDir, port: '0' },
    {
      REPRISE_ADMIN_KEY: ADMIN_KEY,
      REPRISE_SLOTS: '1',
      REPRISE_ENGINE_SIZES: '512m',
      REPRISE_RATE_LIMIT: 'off',
    },
  )
  const service = await startService({ ...settings, accepted }, realWorld(log))
  running.add(service)
  return service
}

async function stop(service: RunningService): Promise<void> {
  running.delete(service)
  await service.stop()
}

const clientOf = ({ url }: RunningService) => new Client(url, ADMIN_KEY)

async function reloaded(client: Client, name: string): Promise<void> {
  const appId = await client.createApp(name)
  await client.setScript(appId, 'T: LOAD * FROM [lib://DataFiles/rows.csv] (txt, utf8, embedded labels);')
  const { id } = await client.startReload(appId)
  expect(await client.waitForEnd(id)).toMatchObject({ status: 'SUCCEEDED' })
}

beforeAll(async () => {
  const said: string[] = []
  let service = await start(whole, said)
  await clientOf(service).uploadFile('rows.csv', Buffer.from('a\n1\n'))
  await reloaded(clientOf(service), 'first')
  await stop(service)
  cpSync(whole, older, { recursive: true })
  service = await start(whole, said)
  await clientOf(service).uploadFile('more.csv', Buffer.from('b\n2\n'))
  await reloaded(clientOf(service), 'second')
  await clientOf(service).createWebhook({
    name: 'sealed',
    url: 'https://example.com/hook',
    secret: 'a-secret-that-is-sealed-0123456789',
    enabled: false,
    eventTypes: ['com.qlik.v1.reload.finished'],
  })
  cpSync(whole, killed, { recursive: true })
  await stop(service)
  expect(said, 'whole installations start without a word').toEqual([])
}, 120_000)

/** What an installation has, as its users see it. */
async function seenBy(client: Client): Promise<Readonly<Record<string, number>>> {
  const items = await client.call<{ data: { resourceId: string }[] }>('GET', '/api/v1/items?resourceType=app')
  const models = await Promise.allSettled(items.data.map(({ resourceId }) => client.dataModel(resourceId)))
  const reloads = await client.call<{ data: unknown[] }>('GET', '/api/v1/reloads')
  const files = await client.call<{ data: unknown[] }>('GET', '/api/v1/data-files')
  const webhooks = await client.call<{ data: unknown[] }>('GET', '/api/v1/webhooks')
  return {
    apps: items.data.length,
    'apps with data': models.filter(({ status }) => status === 'fulfilled').length,
    reloads: reloads.data.length,
    'data files': files.data.length,
    webhooks: webhooks.data.length,
  }
}

const WHOLE = { apps: 2, 'apps with data': 2, reloads: 2, 'data files': 2, webhooks: 1 }

type Damage = 'missing' | 'empty' | 'older'

interface Case {
  readonly name: string
  readonly path: string
  readonly of?: string
  readonly damages: readonly Damage[]
}

/** Paths in the data folder by the names of the table. */
function cases(): Case[] {
  const all: Damage[] = ['missing', 'empty', 'older']
  const appFile = readdirSync(join(older, 'apps')).find((name) => name.endsWith('.duckdb'))!
  const dataFile = readdirSync(join(older, 'files'), { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('rows.csv'),
  )!
  return [
    { name: 'reprise.db', path: 'reprise.db', damages: all },
    {
      name: 'reprise.db-wal (after a kill)',
      path: 'reprise.db-wal',
      of: killed,
      damages: ['missing', 'empty'],
    },
    { name: 'reprise.db.lock', path: 'reprise.db.lock', damages: all },
    { name: 'secret.key', path: 'secret.key', damages: all },
    { name: 'apps/', path: 'apps', damages: all },
    { name: 'the mark in apps/', path: 'apps/.reprise-installation', damages: all },
    { name: 'a file in apps/', path: `apps/${appFile}`, damages: ['missing', 'empty'] },
    { name: 'files/', path: 'files', damages: all },
    { name: 'the mark in files/', path: 'files/.reprise-installation', damages: all },
    { name: 'a file in files/', path: `files/${dataFile}`, damages: ['missing', 'empty'] },
    { name: 'tmp/', path: 'tmp', damages: ['missing'] },
    { name: 'the whole folder', path: '', damages: ['older'] },
  ]
}

function damage(dataDir: string, { path }: Case, how: Damage): void {
  const target = join(dataDir, path)
  if (how === 'empty' && existsSync(target) && !readdirOrNone(target)) truncateSync(target, 0)
  else rmSync(target, { recursive: true, force: true })
  if (how === 'empty' && !existsSync(target))
    cpSync(mkdtempSync(join(root, 'nothing-')), target, { recursive: true })
  if (how === 'older') cpSync(join(older, path), target, { recursive: true })
}

function readdirOrNone(path: string): boolean {
  try {
    return readdirSync(path) !== undefined
  } catch {
    return false
  }
}

async function tryStart(one: Case, how: Damage): Promise<SeenStart> {
  const dataDir = join(mkdtempSync(join(root, 'start-')), 'DATA')
  cpSync(one.of ?? whole, dataDir, { recursive: true })
  damage(dataDir, one, how)
  const before = contentsOf(dataDir)
  const said: string[] = []
  const seen = { file: one.name, damage: how }
  const shown = (text: string) => text.replaceAll(dataDir, 'DATA').replace(/\b[0-9a-f]{32}\b/g, 'ID')
  let service: RunningService
  try {
    service = await start(dataDir, said)
  } catch (error) {
    expect(
      contentsOf(dataDir).filter((name) => !name.endsWith('.lock')),
      'a refusal changes nothing',
    ).toEqual(before.filter((name) => !name.endsWith('.lock')))
    return { ...seen, started: false, said: [shown((error as Error).message)], lost: [] }
  }
  const has = await seenBy(clientOf(service))
  await stop(service)
  // Nothing is deleted that is not there under another name, but what has a place for what may be deleted.
  const after = contentsOf(dataDir).map((name) => name.split('/').at(-1))
  const gone = before.filter((name) => !isPassing(name) && !after.includes(name.split('/').at(-1)))
  expect(gone, `${one.name} ${how}: deleted`).toEqual([])
  rmSync(dirname(dataDir), { recursive: true, force: true })
  const lost = Object.entries(WHOLE)
    .filter(([name, count]) => has[name] !== count)
    .map(([name, count]) => `${has[name]} of ${count} ${name}`)
  return { ...seen, started: true, said: [...new Set(said.map(shown))], lost }
}

const isPassing = (name: string) => /^tmp|\.spool|-wal$|-shm$/.test(name)

function contentsOf(dataDir: string): string[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dataDir, join(entry.parentPath, entry.name)))
    .filter((name) => !isPassing(name))
    .sort()
}

it('loses nothing without a word, whichever file is missing, empty or older', LONG, async () => {
  const seen: SeenStart[] = []
  for (const one of cases()) for (const how of one.damages) seen.push(await tryStart(one, how))
  const silent = seen.filter(
    ({ lost, said, file }) => lost.length > 0 && said.length === 0 && file !== 'the whole folder',
  )
  expect(silent).toEqual([])
  expectReferencePage('starts.md', startsPage(seen))
})

it('starts without a word after a kill, and when it was stopped', LONG, async () => {
  for (const folder of [killed, whole]) {
    const dataDir = join(mkdtempSync(join(root, 'again-')), 'DATA')
    cpSync(folder, dataDir, { recursive: true })
    const said: string[] = []
    const service = await start(dataDir, said)
    expect(await seenBy(clientOf(service))).toEqual(WHOLE)
    await stop(service)
    expect(said).toEqual([])
  }
})

/** Makes the database one of an earlier release, with all that such a one could keep. */
function takeBack(file: string, version: number): void {
  const old = new DatabaseSync(`${file}.old`)
  defineFunctions(old)
  old.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF')
  for (const sql of MIGRATIONS.slice(0, version)) old.exec(sql)
  old.exec(`PRAGMA user_version = ${version}; ATTACH '${file}' AS present`)
  const tables = old
    .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all()
  for (const { name } of tables) {
    const columns = old.prepare(`SELECT name FROM pragma_table_info('${name}', 'main')`).all()
    const names = columns.map((column) => column.name).join(', ')
    old.exec(`INSERT OR REPLACE INTO main.${name} (${names}) SELECT ${names} FROM present.${name}`)
  }
  old.exec('DETACH present')
  old.close()
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  renameSync(`${file}.old`, file)
}

it('an upgrade from a release before there were marks goes through without a word', LONG, async () => {
  const dataDir = join(mkdtempSync(join(root, 'upgrade-')), 'DATA')
  cpSync(whole, dataDir, { recursive: true })
  for (const folder of ['apps', 'files']) rmSync(join(dataDir, folder, '.reprise-installation'))
  takeBack(join(dataDir, 'reprise.db'), 8)
  for (let n = 0; n < 2; n++) {
    const said: string[] = []
    const service = await start(dataDir, said)
    expect(await seenBy(clientOf(service))).toEqual(WHOLE)
    await stop(service)
    expect(said).toEqual([])
  }
  rmSync(join(dataDir, 'secret.key'))
  await expect(start(dataDir, [])).rejects.toThrow('secret.key is missing')
})

it('begins anew when that is said, with everything set aside', LONG, async () => {
  const dataDir = join(mkdtempSync(join(root, 'anew-')), 'DATA')
  cpSync(whole, dataDir, { recursive: true })
  const files = contentsOf(dataDir).filter((name) => name.endsWith('.duckdb') || name.endsWith('.csv'))
  const key = readFileSync(join(dataDir, 'secret.key'))
  rmSync(join(dataDir, 'reprise.db'))
  const said: string[] = []
  const service = await start(dataDir, said, { beginAnew: true, acceptLoss: false })
  expect(await seenBy(clientOf(service))).toMatchObject({ apps: 0, reloads: 0 })
  await stop(service)
  expect(said).toEqual(['begins anew, as was asked for; what was there is set aside'])
  const kept = contentsOf(dataDir)
  for (const file of files) {
    const name = file.split('/').at(-1)!
    expect(kept.filter((path) => path.includes('.set-aside') && path.endsWith(name))).toHaveLength(1)
  }
  const oldKey = kept.find((path) => path.startsWith('.set-aside') && path.endsWith('secret.key'))!
  expect(readFileSync(join(dataDir, oldKey))).toEqual(key)
  const again: string[] = []
  await stop(await start(dataDir, again, { beginAnew: true, acceptLoss: false }))
  expect(again, 'said once more it does nothing').toEqual([])
})

it('goes on without its key or a folder when the loss is accepted', LONG, async () => {
  const dataDir = join(mkdtempSync(join(root, 'loss-')), 'DATA')
  cpSync(whole, dataDir, { recursive: true })
  for (const name of ['secret.key', 'apps']) rmSync(join(dataDir, name), { recursive: true })
  const said: string[] = []
  const service = await start(dataDir, said, { beginAnew: false, acceptLoss: true })
  const client = clientOf(service)
  expect(await seenBy(client)).toMatchObject({ apps: 2, 'apps with data': 0, reloads: 2 })
  expect(said).toContain('the data files of apps are missing or not whole')
  const items = await client.call<{ data: { resourceId: string }[] }>('GET', '/api/v1/items?resourceType=app')
  const appId = items.data[0]!.resourceId
  await expect(
    client.call('POST', `/api/v1/apps/${appId}/copy`, { attributes: { name: 'copy' } }),
  ).rejects.toThrow('missing or not whole')
  const partial = await client.startReload(appId, { partial: true })
  expect(await client.waitForEnd(partial.id)).toMatchObject({ status: 'FAILED' })
  const full = await client.startReload(appId)
  expect(await client.waitForEnd(full.id)).toMatchObject({ status: 'SUCCEEDED' })
  expect(await seenBy(client)).toMatchObject({ 'apps with data': 1 })
  await stop(service)
})
