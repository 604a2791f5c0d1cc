/**
 * The server of hostile-bodies.ts, a process of its own: the real API over the SQLite store with two tenants,
 * its rate limits off and no worker. Tells its parent where it is, and lives until it is killed.
 *
 * node bench/hostile-server.ts DATABASE
 */
import { realWorld } from '../src/main/world.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { apiUnderTest, type Members } from '../test/support/api-under-test.ts'
import { TurnMeter } from '../test/support/hostile/turn-meter.ts'

export interface Served {
  readonly url: string
  readonly hostile: Party
  readonly quiet: Party
}

export interface Party {
  readonly token: string
  readonly appId: string
}

const world = realWorld({ info() {}, warn() {}, error: console.error })
const api = await apiUnderTest({ deps: { store: SqliteStore.open(process.argv[2]!), world } })
const partyOf = async ({ admin }: Members): Promise<Party> => {
  const { body } = await admin.call('POST', '/api/v1/apps', { attributes: { name: 'Sales' } })
  return { token: admin.token, appId: body.attributes.id }
}
const served: Served = {
  url: await api.server.listen({ port: 0, host: '127.0.0.1' }),
  hostile: await partyOf(await api.tenant('hostile')),
  quiet: await partyOf(await api.tenant('quiet')),
}
process.send!(served)

let meter = new TurnMeter(() => 0)
meter.start()
// What its most expensive turn of the event loop cost since it was asked last, ms of processor time.
process.on('message', () => {
  process.send!(meter.longest[0]?.costMs ?? 0)
  meter.stop()
  meter = new TurnMeter(() => 0)
  meter.start()
})
