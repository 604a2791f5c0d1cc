import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { completed, FINISHED, Given, OTHER_TENANT } from '../../../test/contract/store-records.ts'
import { tasksOf } from '../../../test/contract/task-records.ts'
import { put } from '../../../test/support/catalog.ts'
import { aSubscription, TENANT_ID } from '../../../test/support/records.ts'
import type { AppId } from '../../core/ids.ts'
import { SCHEMA_VERSION } from './migrate.ts'
import { SqliteStore } from './sqlite-store.ts'
import { prepareUpdateReload } from './update-reload.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0
let file: string
beforeEach(() => {
  file = join(folder, `${++made}.db`)
})

/** The files as a power cut would leave them: copied while the store is open, never closed. */
function copyOf(source: string): string {
  const copy = join(folder, `copy-${++made}.db`)
  for (const part of ['', '-wal']) if (existsSync(source + part)) copyFileSync(source + part, copy + part)
  return copy
}

describe('durability', () => {
  it('what was acknowledged is there after the process is gone', async () => {
    const store = SqliteStore.open(file)
    const given = await Given.of(store)
    await put(store, { subscriptions: [aSubscription()] })
    const waiting = await given.queued()
    const { reload } = await given.running()
    await given.end(reload)

    const after = SqliteStore.open(copyOf(file))
    expect(await after.reload(TENANT_ID, waiting.id)).toEqual(waiting)
    expect(await after.reload(TENANT_ID, reload.id)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await after.eventsOf(reload.id)).toEqual(await store.eventsOf(reload.id))
    expect(await after.counts()).toMatchObject({ queued: 1, running: 0, pendingDeliveries: 1 })
    expect(await after.lastSequence()).toBe(1)
    await after.close()
    await store.close()
  })

  it('a running reload keeps its lease', async () => {
    const given = await Given.of(SqliteStore.open(file))
    const first = await given.running()
    await given.end((await given.running()).reload)
    const after = SqliteStore.open(copyOf(file))
    const [expired] = await after.expiredLeases(first.attempt.leaseExpiresAt, 9)
    expect(expired).toEqual({ reloadId: first.reload.id, lease: first.attempt.leaseToken })
    const step = () => ({ refused: 'only asking' })
    const ask = [{ reloadId: first.reload.id, fence: first.attempt.leaseToken, step }]
    expect(await after.transition(ask)).toMatchObject([{ kind: 'refused' }])
    await after.close()
    await given.store.close()
  })

  it('close writes what was asked for before, and refuses what comes after', async () => {
    const store = SqliteStore.open(file)
    const given = await Given.of(store)
    const { id: appId } = await given.app()
    const accepting = given.accept(given.reload({ appId }))
    await store.close()
    await store.close()
    expect(await accepting).toMatchObject([{ kind: 'accepted' }])
    await expect(given.app()).rejects.toThrow('closed')
    await expect(store.tenants()).rejects.toThrow()
    const again = SqliteStore.open(file)
    expect(await again.counts()).toMatchObject({ queued: 1 })
    await again.close()
  })
})

describe('opening', () => {
  it('refuses a data directory that another server has open, and names the file', async () => {
    const store = SqliteStore.open(file)
    expect(() => SqliteStore.open(file)).toThrow(`${file} is in use by another server`)
    await store.close()
    await SqliteStore.open(file).close()
  })

  it('refuses it also when the name of the lock was removed, as often as it is tried', async () => {
    const store = SqliteStore.open(file)
    rmSync(`${file}.lock`)
    for (let i = 0; i < 2; i++) expect(() => SqliteStore.open(file)).toThrow('is in use by another server')
    writeFileSync(`${file}.lock`, '')
    expect(() => SqliteStore.open(file)).toThrow('is in use by another server')
    await store.close()
    await SqliteStore.open(file).close()
    rmSync(`${file}.lock`)
    await SqliteStore.open(file).close()
  })

  it('knows that a write-ahead log is gone which a kill had left', async () => {
    const store = SqliteStore.open(file)
    const [copy, without] = [`${file}.killed`, `${file}.without`]
    for (const to of [copy, without]) copyFileSync(file, to)
    copyFileSync(`${file}-wal`, `${copy}-wal`)
    await store.close()
    const logLost = async (path: string) => {
      const opened = SqliteStore.open(path)
      const { logLost: lost } = await opened.installation()
      await opened.close()
      return lost
    }
    expect([await logLost(file), await logLost(copy), await logLost(without)]).toEqual([false, false, true])
    expect(await logLost(without), 'told once').toBe(false)
  })

  it('keeps what it is told of the installation, under one name', async () => {
    const store = SqliteStore.open(file)
    const { name } = await store.installation()
    expect(await store.installation()).toEqual({ name, starts: 0, marked: false, logLost: false })
    await store.keepInstallation({ starts: 3, marked: true, keyCheck: 'k' })
    await store.close()
    const again = SqliteStore.open(file)
    expect(await again.installation()).toEqual({
      name,
      starts: 3,
      marked: true,
      keyCheck: 'k',
      logLost: false,
    })
    await again.close()
  })

  it('refuses the schema of a newer release, leaves it untouched, and holds no lock', () => {
    const db = new DatabaseSync(file)
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
    db.close()
    for (let i = 0; i < 2; i++) {
      expect(() => SqliteStore.open(file)).toThrow(`${file} has schema version ${SCHEMA_VERSION + 1}`)
    }
  })

  it('refuses a file that is not a database', () => {
    writeFileSync(file, 'not a database, but long enough to be taken for the header of one. '.repeat(50))
    expect(() => SqliteStore.open(file)).toThrow('not a database')
  })

  it('writes through to the disk at every commit, behind a write-ahead log', async () => {
    const store = SqliteStore.open(file)
    const beside = new DatabaseSync(file, { readOnly: true })
    expect(beside.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(beside.prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION })
    beside.close()
    await store.close()
  })
})

describe('group commit', () => {
  it('commits the writes of one turn together, and one that fails does not fail the others', async () => {
    const store = SqliteStore.open(file)
    const given = await Given.of(store)
    const apps = await Promise.all([given.app(), given.app(), given.app()])
    const reloads = apps.map((app) => given.reload({ appId: app.id }))
    const told: unknown[] = []
    store.onCommit((changed) => told.push(changed))
    const [one, broken, three] = await Promise.allSettled([
      given.accept(reloads[0]!),
      given.accept({ ...reloads[1]!, state: 'FAILED' }),
      given.accept(reloads[2]!),
    ])
    expect([one.status, broken.status, three.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(told, 'once before the commit and once after it').toHaveLength(2)
    expect(await store.counts()).toMatchObject({ queued: 2 })
    await store.close()
  })

  it('a claim by who is told that something comes is in the commit of its acceptance', async () => {
    const store = SqliteStore.open(file)
    const given = await Given.of(store)
    let claimed: Promise<unknown> | undefined
    store.onCommit(({ queued }) => {
      if (queued) claimed ??= given.claim()
    })
    const { id } = await given.queued()
    expect(await store.reload(TENANT_ID, id)).toMatchObject({ state: 'RELOADING' })
    expect(await claimed).toMatchObject([{ reload: { id } }])
    await store.close()
  })

  it('takes any number of callers at once', async () => {
    const store = SqliteStore.open(file)
    const given = await Given.of(store)
    const accepted = await Promise.all(Array.from({ length: 600 }, () => given.queued()))
    expect(await store.counts()).toMatchObject({ queued: 600 })
    const claims = await Promise.all(Array.from({ length: 300 }, () => given.claim(2)))
    expect(new Set(claims.flat().map(({ reload }) => reload.id)).size).toBe(accepted.length)
    await store.close()
  })

  it('an operation that throws is taken back alone; the others of its commit are saved and shown as saved', async () => {
    const store = SqliteStore.open(file)
    const given = await Given.of(store)
    const { reload: good } = await given.running()
    const { reload: bad } = await given.running()
    const breaking = store.transition([
      {
        reloadId: bad.id,
        step: ({ reload }) => ({ reload: { ...reload, log: 'never saved' } }),
      },
      {
        reloadId: bad.id,
        step: () => {
          throw new Error('a bug of ours')
        },
      },
    ])
    const canceling = given.apply(good, { kind: 'cancel' })
    await expect(breaking).rejects.toThrow('a bug of ours')
    expect(await canceling).toMatchObject({ kind: 'saved', reload: { state: 'CANCELING' } })
    const shown = async (id: typeof good.id) => {
      const [answer] = await store.transition([{ reloadId: id, step: ({ reload }) => ({ shown: reload }) }])
      return answer
    }
    expect(await shown(bad.id)).toMatchObject({ kind: 'refused', refusal: { shown: bad } })
    expect(await shown(good.id)).toMatchObject({ refusal: { shown: { ...good, state: 'CANCELING' } } })
    await store.close()
  })

  it('reads see what was acknowledged', async () => {
    const store = SqliteStore.open(file)
    const given = await Given.of(store)
    const seen = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const reload = await given.queued()
        return (await store.reload(TENANT_ID, reload.id))?.id === reload.id
      }),
    )
    expect(seen).toEqual(Array(20).fill(true))
    await store.close()
  })
})

describe('the schema holds the invariants a second time', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['an ended reload is not queued again', "UPDATE reloads SET state = 'QUEUED' WHERE state = 'SUCCEEDED'"],
    ['a state is one of seven', "UPDATE reloads SET state = 'WAITING' WHERE state = 'QUEUED'"],
    [
      'attempt numbers have no gaps',
      "INSERT INTO attempts SELECT reload_id, 3, 'x', worker_id, 1, 1, 0, '{}', 1, '{}', NULL, NULL FROM attempts",
    ],
    [
      'an attempt is closed once',
      "INSERT INTO attempts SELECT reload_id, 1, 'x', worker_id, 1, 1, 0, '{}', 1, '{}', NULL, NULL FROM attempts",
    ],
    ['a closed attempt never changes', 'UPDATE attempts SET closed_at = 1'],
    [
      'an open attempt exactly while running',
      "UPDATE reloads SET open_attempt = NULL WHERE state = 'RELOADING'",
    ],
    [
      'one active reload per app',
      "UPDATE reloads SET app_id = (SELECT app_id FROM reloads WHERE state = 'QUEUED') WHERE state = 'RELOADING'",
    ],
    ['a lease exactly while running', "UPDATE reloads SET lease = NULL WHERE state = 'RELOADING'"],
    ['an end time exactly at an outcome', "UPDATE reloads SET ended_at = 1 WHERE state = 'QUEUED'"],
    [
      'one finished event per reload',
      `INSERT INTO events SELECT NULL, 'other', tenant_id, type, time, user_id, resource_id, top_level_resource_id, space_id, reload_id, unique_key, body FROM events WHERE type = '${FINISHED}'`,
    ],
    [
      'one delivery per event and subscription',
      "INSERT INTO deliveries SELECT 'other', tenant_id, event_id, subscription_id, state, sends, due_at, created_at, NULL, NULL, NULL, NULL FROM deliveries",
    ],
    ['a delivery is of an event', "UPDATE deliveries SET event_id = 'nowhere'"],
    ['a reload is of a tenant', "UPDATE reloads SET tenant_id = 'nowhere'"],
    ['a weight is 1 to 10', 'UPDATE reloads SET weight = 11'],
    ['a run that waits is of a task', "UPDATE task_runs SET task_id = 'nowhere' WHERE state = 'waiting'"],
    ['a run that waits has no reload', "UPDATE task_runs SET reload_id = 'x' WHERE state = 'waiting'"],
    ['a run that is over has an end', "UPDATE task_runs SET ended_at = NULL WHERE state = 'missed'"],
    ['one run of a task for one thing', "UPDATE task_runs SET key = 'same'"],
    ['one run of a reload', "UPDATE task_runs SET state = 'failed', ended_at = 1, reload_id = 'same'"],
    ['a task is of an app', "UPDATE tasks SET app_id = 'nowhere'"],
    ['two apps never point at one data file', "UPDATE apps SET data = '{}', data_version = 'same'"],
  ]
  it.each(rows)('%s', async (_rule, sql) => {
    const store = SqliteStore.open(file)
    const given = await Given.of(store)
    await put(store, { subscriptions: [aSubscription()] })
    const { reload } = await given.running()
    await given.end(reload, completed(reload))
    await given.running()
    await given.queued()
    const { task, waiting } = tasksOf(() => given)
    const one = await task()
    await waiting(one)
    await waiting(one, { state: 'missed', reason: 'late', endedAt: given.now })
    await store.close()
    const db = new DatabaseSync(file, { enableForeignKeyConstraints: true })
    expect(() => db.exec(sql)).toThrow()
    db.close()
  })

  it('an outcome never changes, whatever is kept in memory', async () => {
    const store = SqliteStore.open(file)
    const given = await Given.of(store)
    const { reload, attempt } = await given.running()
    await given.end(reload)
    const ended = await store.reload(TENANT_ID, reload.id)
    await store.close()
    const db = new DatabaseSync(file)
    const update = prepareUpdateReload(db)
    const again = { reload: { ...ended!, state: 'FAILED' as const }, attempt: undefined }
    expect(() => update({ reload, attempt }, again)).toThrow('never changes')
    db.close()
  })
})

it('a reload without a task reads no table of tasks on its way from acceptance to outcome', async () => {
  const store = SqliteStore.open(file)
  const given = await Given.of(store)
  const { id: appId } = await given.app()
  const beside = new DatabaseSync(file)
  beside.exec('DROP TABLE task_listens; DROP TABLE task_runs; DROP TABLE tasks')
  beside.close()
  await given.accept(given.reload({ appId }))
  const [claimed] = await given.claim()
  expect(await given.end(claimed!.reload)).toMatchObject({ kind: 'saved', reload: { state: 'SUCCEEDED' } })
  await expect(store.nextTaskAt(0)).rejects.toThrow('no such table')
  await store.close()
})

it('an app id of one tenant is never the app of another', async () => {
  const store = SqliteStore.open(file)
  const given = await Given.of(store)
  const app = await given.app({ id: 'app-x' as AppId })
  await expect(given.app({ id: app.id, tenantId: OTHER_TENANT })).rejects.toThrow('another tenant')
  await store.close()
})
