/**
 * The hostile tenant of hostile-bodies.ts, a process of its own: on a message with a kind of bodies it sends
 * them from eight clients until the next message, which it answers with the numbers of its answers by status.
 *
 * node bench/hostile-client.ts URL TOKEN APP
 */
import { Pool } from 'undici'
import { DEFAULT_LIMITS } from '../src/core/limits.ts'
import { KIB } from '../src/core/units.ts'

export type HostileKind = 'silent' | 'inline' | 'largest'

interface Ask {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: Buffer
}

const HOSTILE_CLIENTS = 8
const [url, token, appId] = process.argv.slice(2)
const pool = new Pool(url!, { connections: HOSTILE_CLIENTS })

const scriptsPath = `/api/v1/apps/${appId}/scripts`
const posts = (path: string, body: string | Buffer): Ask => ({
  method: 'POST',
  path,
  body: Buffer.from(body),
})
const inline: readonly Ask[] = [
  posts('/api/core/webhooks', Buffer.alloc(64 * KIB, '[')),
  posts('/api/v1/apps', `[${'{},'.repeat(21 * KIB)}0]`),
  posts('/api/v1/reloads', `{${Array.from({ length: 6_000 }, (_, at) => `"k${at}":0`).join()}}`),
  {
    method: 'GET',
    path: `/api/v1/reloads?filter=${encodeURIComponent('(status eq "FAILED" and '.repeat(150))}`,
  },
]
const largest = 6 * DEFAULT_LIMITS.scriptBytes
const large: readonly Ask[] = [
  posts(scriptsPath, Buffer.alloc(largest, '[')),
  posts(scriptsPath, `[${'{},'.repeat(largest / 3 - 1)}0]`),
  posts(scriptsPath, JSON.stringify({ script: '\u0000'.repeat(DEFAULT_LIMITS.scriptBytes) })),
  posts('/api/v1/apps/validatescript', JSON.stringify({ script: 'DO\n'.repeat(44_000) })),
  posts('/api/v1/apps/validatescript', JSON.stringify({ script: 'IF 1 THEN\n'.repeat(400_000) })),
  { method: 'GET', path: `${scriptsPath}/current` },
]

const asksOf: Readonly<Record<HostileKind, readonly Ask[]>> = { silent: [], inline, largest: large }

let statuses = new Map<number, number>()
let running: { over: boolean } = { over: false }
let clients: Promise<void>[] = []

process.on('message', async (kind: HostileKind) => {
  running.over = true
  await Promise.all(clients)
  process.send!([...statuses])
  statuses = new Map()
  const mine = { over: false }
  running = mine
  const asks = asksOf[kind]
  const count = asks.length === 0 ? 0 : HOSTILE_CLIENTS
  clients = Array.from({ length: count }, (_, first) => attack(asks, first, mine))
})

async function attack(asks: readonly Ask[], first: number, mine: { over: boolean }): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  for (let at = first; !mine.over; at++) {
    const { method, path, body = null } = asks[at % asks.length]!
    const answer = await pool.request({ method, path, headers, body })
    await answer.body.dump()
    statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1)
  }
}
