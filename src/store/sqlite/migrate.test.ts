import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { aReload, aTenant, START_MS, TENANT_ID, USER_ID } from '../../../test/support/records.ts'
import type { AppId, DeliveryId, EventId, LeaseToken, ReloadId } from '../../core/ids.ts'
import { MIGRATIONS, migrate, SCHEMA_VERSION } from './migrate.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-migrate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const id = (n: number) => String(n).padStart(24, '0') as ReloadId
const REQUEST = JSON.stringify({
  variables: { a: '1' },
  provenance: { authType: 'api_key' },
  appUsage: 'ANALYTICS',
})
const NEVER_CLAIMED = 'NULL, NULL, 0, 0, 0, 0, 0, NULL'
/** State columns: first claimed, ended, attempts, requeues (total, with errors, faults), size, lease. */
const reloadRow = (n: number, state: string, since: number, backingOff: number, moves: string) => `
  INSERT INTO reloads VALUES ('${id(n)}', '${TENANT_ID}', 'app-${n}', '${USER_ID}', 'external', 5, 0, '${REQUEST}', ${START_MS},
    '${state}', ${since}, ${since - START_MS}, ${START_MS}, ${since + backingOff * 500}, ${backingOff}, ${moves},
    '{"durationMs":7}', NULL, NULL, ${state === 'SUCCEEDED' ? START_MS : 'NULL'}, 1, 0, 'log ${n}');`
const attemptRow = (n: number, number: number, closed: string) => `
  INSERT INTO attempts VALUES ('${id(n)}', ${number}, 'lease-${n}-${number}', 'worker', ${START_MS + 15_000}, ${START_MS + number}, 1,
    '{"enginePoolName":"engine-4g"}', ${closed});`

/**
 * Two tenants' worth of lives as schema version 1 kept them: waiting, backing off, running, canceling, ended.
 */
const ROWS_OF_VERSION_1 = `
  INSERT INTO tenants VALUES ('${TENANT_ID}', ${START_MS}, '${JSON.stringify(aTenant())}');
  ${reloadRow(1, 'QUEUED', START_MS, 0, NEVER_CLAIMED)}
  ${reloadRow(2, 'QUEUED', START_MS + 90, 1, `${START_MS}, NULL, 1, 1, 1, 1, 0, NULL`)}
  ${attemptRow(2, 1, `${START_MS + 90}, '{"kind":"lost"}', NULL, NULL`)}
  ${reloadRow(3, 'RELOADING', START_MS + 80, 0, `${START_MS}, NULL, 2, 1, 0, 0, 1, 'lease-3-2'`)}
  ${attemptRow(3, 1, `${START_MS + 80}, '{"kind":"out-of-memory"}', 12.5, 4096`)}
  ${attemptRow(3, 2, 'NULL, NULL, NULL, NULL')}
  ${reloadRow(4, 'CANCELING', START_MS, 0, `${START_MS}, NULL, 1, 0, 0, 0, 0, 'lease-4-1'`)}
  ${attemptRow(4, 1, 'NULL, NULL, NULL, NULL')}
  ${reloadRow(5, 'SUCCEEDED', START_MS, 0, `${START_MS}, ${START_MS + 99}, 1, 0, 0, 0, 0, NULL`)}
  ${attemptRow(5, 1, `${START_MS + 99}, '{"kind":"canceled"}', 3, NULL`)}
  INSERT INTO script_logs VALUES ('${id(3)}', 1, 'first'), ('${id(3)}', 2, 'second'), ('${id(5)}', 1, 'done');
  INSERT INTO accepted_keys VALUES ('${TENANT_ID}', '${USER_ID}', 'key', '${id(1)}', ${START_MS});
  INSERT INTO events VALUES (7, 'event-5', '${TENANT_ID}', 'finished', 1, '${USER_ID}', 'r', 'a', NULL, '${id(5)}', '${id(5)}', '{}');
  INSERT INTO events VALUES (9, 'event-5-1', '${TENANT_ID}', 'ended', 1, '${USER_ID}', 'r', 'a', NULL, '${id(5)}', '${id(5)}:1', '{}');
  INSERT INTO deliveries VALUES ('d-1', '${TENANT_ID}', 'event-5', 's-1', 'pending', 1, 5, 1, NULL, NULL, 'dl', 9);
  INSERT INTO deliveries VALUES ('d-2', '${TENANT_ID}', 'event-5', 's-2', 'delivered', 1, 5, 1, 6, NULL, NULL, NULL);`

function databaseOfVersion1(name: string): string {
  const file = join(folder, name)
  const db = new DatabaseSync(file)
  db.exec(MIGRATIONS[0]!)
  db.exec(ROWS_OF_VERSION_1)
  db.exec('PRAGMA user_version = 1')
  db.close()
  return file
}

describe('a database of schema version 1', () => {
  it('is taken forward with every row in it', async () => {
    const store = SqliteStore.open(databaseOfVersion1('forward.db'))
    const attempt = (n: number, number: number) => ({
      reloadId: id(n),
      number,
      leaseToken: `lease-${n}-${number}`,
      workerId: 'worker',
      leaseExpiresAt: START_MS + 15_000,
      openedAt: START_MS + number,
      sizeIndex: 1,
      session: { enginePoolName: 'engine-4g' },
    })
    const outOfMemory = { kind: 'out-of-memory' }
    expect(await store.attempts(id(3))).toEqual([
      {
        ...attempt(3, 1),
        closed: { at: START_MS + 80, end: outOfMemory, durationMs: 12.5, peakMemoryBytes: 4096 },
      },
      attempt(3, 2),
    ])
    expect(await store.attempts(id(2))).toEqual([
      { ...attempt(2, 1), closed: { at: START_MS + 90, end: { kind: 'lost' } } },
    ])
    expect(await store.attempts(id(4))).toEqual([attempt(4, 1)])
    expect(await store.reload(TENANT_ID, id(2))).toMatchObject({
      ...{ state: 'QUEUED', variables: { a: '1' }, notBefore: START_MS + 590, waitedMs: 90, attempts: 1 },
      ...{
        requeuesTotal: 1,
        requeuesWithErrors: 1,
        faultRequeues: 1,
        engine: { durationMs: 7 },
        log: 'log 2',
      },
    })
    expect(await store.reload(TENANT_ID, id(5))).toMatchObject({
      ...{ state: 'SUCCEEDED', endedAt: START_MS + 99, engineTime: START_MS, sessionAsked: true },
    })
    expect(await store.counts()).toMatchObject({ queued: 2, running: 2, pendingDeliveries: 1 })
    expect(await store.nextDueAt(START_MS)).toBe(START_MS + 590)
    expect(await store.scriptLog(id(3))).toBe('second')
    expect((await store.eventsOf(id(5))).map((event) => event.sequence)).toEqual([7, 9])
    expect(await store.deliveriesOf('event-5' as EventId)).toHaveLength(2)
    expect(await store.delivery(TENANT_ID, 'd-1' as DeliveryId)).toMatchObject({
      lease: 'dl',
      leaseExpiresAt: 9,
    })
    await store.close()
  })

  it('goes on where it was: leases are held, keys are remembered, foreign keys are held again', async () => {
    const file = databaseOfVersion1('goes-on.db')
    const store = SqliteStore.open(file)
    const held = { reloadId: id(3), lease: 'lease-3-2' as LeaseToken, leaseExpiresAt: START_MS + 30_000 }
    expect(await store.renewLeases([held])).toEqual(['held'])
    expect(await store.expiredLeases(START_MS + 20_000, 9)).toEqual([{ reloadId: id(4), lease: 'lease-4-1' }])
    const reload = aReload({ appId: 'app-1' as AppId })
    expect(await store.accept([{ reload, reloadsPerAppAndDay: 0 }])).toEqual([{ kind: 'no-app' }])
    await store.close()
    const db = new DatabaseSync(file)
    expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([])
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    expect(db.prepare('SELECT reload_id FROM accepted_keys').all()).toEqual([{ reload_id: id(1) }])
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION })
    db.close()
  })

  it('with a row that refers to nothing is left as it is, and the error says which', () => {
    const file = databaseOfVersion1('broken.db')
    const db = new DatabaseSync(file, { enableForeignKeyConstraints: false })
    db.exec("INSERT INTO users VALUES ('u', 'nowhere', 1, '{}')")
    expect(() => migrate(db, file)).toThrow('a row of users refers to no tenants')
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 })
    expect(db.prepare('SELECT count(*) AS open FROM attempts WHERE closed_at IS NULL').get()).toEqual({
      open: 2,
    })
    db.close()
  })
})
