/**
 * What a list costs in a large tenant: processor time of the service for a page of 100 items, and of 100
 * apps, in a tenant of many apps against one of 100, and the memory of the service that has them all. Three
 * people ask: an admin of a tenant without spaces; a member of groups that have roles in half of the spaces,
 * and so sees half of the apps; somebody with 100 apps among all the others.
 *
 * node bench/items.ts [apps] [--built] [--keep]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from '../src/cli/client.ts'
import { type AppId, newUuid, type SpaceId, type TenantId, type UserId } from '../src/core/ids.ts'
import type { App } from '../src/core/records.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { Given } from '../test/contract/store-records.ts'
import { put } from '../test/support/catalog.ts'
import { anApp } from '../test/support/records.ts'
import {
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../test/support/service-process.ts'
import { median, random } from './store-flow.ts'

const OPERATOR_KEY = 'bench-operator-key-of-enough-characters'
const ROUNDS = 5
const REQUESTS = 30
const FEW = 100
const SPACES = 40
const GROUPS = 10
const AT_ONCE = 500
/** Wanted. */
const RATIO_MAX = 2
const MEMORY_MAX_MB = 200

const [many = 10_000] = process.argv
  .slice(2)
  .filter((word) => !word.startsWith('--'))
  .map(Number)

interface Person {
  readonly id: UserId
  readonly key: string
}

interface Tenant {
  readonly id: TenantId
  readonly apps: number
  readonly admin: Person
}

interface SpaceTenant extends Tenant {
  /** The first half of them gives its members roles. */
  readonly spaces: readonly SpaceId[]
  readonly member: Person
  readonly loner: Person
}

interface MadeTenant {
  readonly id: TenantId
  readonly admin: { readonly id: UserId; readonly key: string }
}

async function tenantOf(service: ServiceProcess, apps: number, name: string): Promise<Tenant> {
  const operator = new Client(service.url, OPERATOR_KEY)
  const made = await operator.call<MadeTenant>('POST', '/api/operator/tenants', { name: `${name} ${apps}` })
  return { id: made.id, apps, admin: made.admin }
}

async function personOf(admin: Client, subject: string): Promise<Person> {
  const wish = { subject, status: 'active', assignedRoles: ['Developer'] }
  const { id } = await admin.call<{ id: UserId }>('POST', '/api/v1/users', wish)
  const key = { description: 'bench', sub: id }
  const { token } = await admin.call<{ token: string }>('POST', '/api/v1/api-keys', key)
  return { id, key: token }
}

async function spaceTenantOf(service: ServiceProcess, apps: number): Promise<SpaceTenant> {
  const tenant = await tenantOf(service, apps, 'with spaces')
  const admin = new Client(service.url, tenant.admin.key)
  const made = async (path: string, wish: unknown) =>
    (await admin.call<{ id: string }>('POST', path, wish)).id
  const [member, loner] = [await personOf(admin, 'member'), await personOf(admin, 'loner')]
  const groups: string[] = []
  for (let at = 0; at < GROUPS; at++) {
    groups.push(await made('/api/v1/groups', { name: `group ${at}`, providerType: 'custom' }))
  }
  await admin.call('PATCH', `/api/v1/users/${member.id}`, [
    { op: 'replace', path: '/assignedGroups', value: groups.map((id) => ({ id })) },
  ])
  const spaces: SpaceId[] = []
  for (let at = 0; at < SPACES; at++) {
    const id = await made('/api/v1/spaces', { name: `space ${at}`, type: 'shared' })
    spaces.push(id as SpaceId)
    if (at >= SPACES / 2) continue
    const assigned = { type: 'group', assigneeId: groups[at % GROUPS], roles: ['consumer'] }
    await made(`/api/v1/spaces/${id}/assignments`, assigned)
  }
  return { ...tenant, spaces, member, loner }
}

/** Apps into the database of a service that is stopped, each with a reload that has ended. */
async function fill(file: string, tenants: readonly (Tenant | SpaceTenant)[]): Promise<void> {
  const store = SqliteStore.open(file)
  const given = Given.over(store)
  given.now = Date.now()
  const templates: string[] = []
  for (const tenant of tenants) {
    const apps = appsOf(tenant)
    for (let at = 0; at < apps.length; at += AT_ONCE) await put(store, { apps: apps.slice(at, at + AT_ONCE) })
    const reload = await given.queued({ tenantId: tenant.id, appId: apps[0]!.id })
    await given.apply(reload, { kind: 'cancel' })
    templates.push(reload.id)
  }
  await store.close()
  const db = new DatabaseSync(file)
  const columns = db.prepare('PRAGMA table_info(reloads)').all()
  const others = columns.map(({ name }) => String(name)).filter((name) => name !== 'id' && name !== 'app_id')
  const copy = db.prepare(`
    INSERT INTO reloads (id, app_id, ${others})
    SELECT lower(hex(randomblob(12))), apps.id, ${others.map((name) => `one.${name}`)}
    FROM reloads AS one JOIN apps ON apps.tenant_id = one.tenant_id AND apps.id <> one.app_id
    WHERE one.id = ?`)
  for (const id of templates) copy.run(id)
  db.close()
}

/** Of spaces in turn, so that every page meets apps that are not seen; those of the loner stand last. */
function appsOf(tenant: Tenant | SpaceTenant): App[] {
  const { spaceId: _space, currentScriptId: _none, ...base } = anApp()
  const app = (at: number, ownerId: UserId): App => ({
    ...base,
    id: newUuid<'app'>(random) as AppId,
    tenantId: tenant.id,
    name: `App ${at}`,
    ownerId,
    createdAt: base.createdAt + at,
  })
  const { id: author } = tenant.admin
  if (!('spaces' in tenant)) return Array.from({ length: tenant.apps }, (_none, at) => app(at, author))
  const { spaces, apps, loner } = tenant
  // As many that the member sees as not, so that its page is full in the small tenant, too.
  const shared = Array.from({ length: Math.max(apps, 2 * FEW) }, (_none, at) => ({
    ...app(at, author),
    spaceId: spaces[at % SPACES]!,
  }))
  return [...shared, ...Array.from({ length: FEW }, (_none, at) => app(shared.length + at, loner.id))]
}

/** Milliseconds of processor time so far. */
function processorMs({ process: { pid } }: ServiceProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  // Behind the name stand user and system time as fields 12 and 13, in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function memoryMb({ process: { pid } }: ServiceProcess, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)![1]) / 1024
}

/** @returns milliseconds of processor time for one page */
async function pageMs(service: ServiceProcess, key: string, path: string): Promise<number> {
  const client = new Client(service.url, key)
  const before = processorMs(service)
  for (let at = 0; at < REQUESTS; at++) {
    const { data } = await client.call<{ data: unknown[] }>('GET', `${path}?limit=${FEW}`)
    if (data.length !== FEW) throw new Error(`${path} has ${data.length} rows, not ${FEW}`)
  }
  return (processorMs(service) - before) / REQUESTS
}

interface Question {
  readonly name: string
  readonly path: string
  readonly few: string
  readonly many: string
  readonly taken: { few: number[]; many: number[] }
}

if (process.argv.includes('--built')) process.env.REPRISE_BUILT = '1'
const folder = newDataFolder()
const settings = { REPRISE_OPERATOR_KEY: OPERATOR_KEY }
const first = await startServiceProcess(folder, settings)
const plain = [await tenantOf(first, FEW, 'plain'), await tenantOf(first, many, 'plain')] as const
const spaced = [await spaceTenantOf(first, FEW), await spaceTenantOf(first, many)] as const
await first.stop()
await fill(join(folder, 'reprise.db'), [...plain, ...spaced])

const service = await startServiceProcess(folder, settings)
const idleMb = memoryMb(service, 'VmRSS')
const askers = [
  { name: 'an admin, without spaces', few: plain[0].admin.key, many: plain[1].admin.key },
  { name: 'a member of groups, half of the apps', few: spaced[0].member.key, many: spaced[1].member.key },
  { name: '100 own apps behind all others', few: spaced[0].loner.key, many: spaced[1].loner.key },
]
const questions: Question[] = ['/api/v1/items', '/api/v1/apps'].flatMap((path) =>
  askers.map((asker) => ({ path, ...asker, taken: { few: [], many: [] } })),
)
for (const { path, few, many: large } of questions) {
  // Not counted: what is compiled by the first requests.
  await pageMs(service, few, path)
  await pageMs(service, large, path)
}
for (let round = 0; round < ROUNDS; round++) {
  for (const { path, few, many: large, taken } of questions) {
    taken.few.push(await pageMs(service, few, path))
    taken.many.push(await pageMs(service, large, path))
  }
}
const lines = questions.map(({ name, path, taken }) => {
  const [small, large] = [median(taken.few), median(taken.many)]
  const times = `${small.toFixed(1).padStart(6)} ms ${large.toFixed(1).padStart(7)} ms`
  return `${path.padEnd(15)}${name.padEnd(38)}${times}  ratio ${(large / small).toFixed(2)}`
})
const apps = [...plain, ...spaced].reduce((sum, tenant) => sum + appsOf(tenant).length, 0)
const memory = [
  `${idleMb.toFixed(0)} MB after the start`,
  `${memoryMb(service, 'VmRSS').toFixed(0)} MB after these pages`,
  `${memoryMb(service, 'VmHWM').toFixed(0)} MB at most`,
]
const machine = `${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, node ${process.version}`
const text = `lists of apps: processor time of the service for a page of ${FEW},
in a tenant of ${FEW} apps and in one of ${many};
median of ${ROUNDS} rounds of ${REQUESTS} pages each, ${machine}, ${process.argv.includes('--built') ? 'built' : 'sources unbuilt'}
${lines.join('\n')}
memory of the service with ${apps} apps: ${memory.join(', ')}
(wanted: a ratio of at most ${RATIO_MAX}, under ${MEMORY_MAX_MB} MB)
`
await service.stop()
await endAll()
process.stdout.write(text)
if (process.argv.includes('--keep')) writeFileSync(new URL('results/items.txt', import.meta.url), text)
