/**
 * The server of accept.ts, a process of its own: the real API over the SQLite store with its rate limits off
 * and no worker, and beside it the same HTTP server answering a route that does nothing. Tells its parent
 * where they are, and lives until it is killed.
 *
 * UNAUDITED=1: without audits.
 *
 * node bench/accept-server.ts DATABASE APPS
 */

import Fastify from 'fastify'
import { actingNow } from '../src/api/http/acting.ts'
import { auditedStore } from '../src/catalog/audited-store.ts'
import type { AppId } from '../src/core/ids.ts'
import { newUuid } from '../src/core/ids.ts'
import { realWorld } from '../src/main/world.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { apiUnderTest } from '../test/support/api-under-test.ts'
import { put } from '../test/support/catalog.ts'
import { anApp } from '../test/support/records.ts'

export interface Served {
  readonly url: string
  readonly trivialUrl: string
  readonly token: string
  readonly appIds: readonly string[]
}

const [file, apps] = process.argv.slice(2)
const world = realWorld({ info() {}, warn() {}, error: console.error })
const store = SqliteStore.open(file!)
// As in the service, or without audits to see what they cost.
const audited = process.env.UNAUDITED === undefined ? auditedStore(store, world, actingNow) : store
const api = await apiUnderTest({
  deps: { store: audited, world },
  limits: { reloadsPerAppAndDay: 1_000_000 },
})
const { tenant, admin } = await api.tenant('bench')
const { spaceId: _personal, currentScriptId: _none, ...app } = anApp()
const appIds = Array.from({ length: Number(apps) }, () => newUuid<'app'>(world.random) as AppId)
await Promise.all(
  appIds.map((id) => put(store, { apps: [{ ...app, id, tenantId: tenant.id, ownerId: admin.user.id }] })),
)
const trivial = Fastify()
trivial.post('/trivial', async (_request, reply) => reply.code(201).send({ id: 'nothing' }))
const served: Served = {
  url: await api.server.listen({ port: 0, host: '127.0.0.1' }),
  trivialUrl: await trivial.listen({ port: 0, host: '127.0.0.1' }),
  token: admin.token,
  appIds,
}
process.send!(served)
// What it was asked since costs so much processor time.
process.on('message', () => process.send!(process.cpuUsage()))
