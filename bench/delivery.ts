/**
 * From the outbox to a receiver: saved finished events to one webhook on this machine and to JetStream, each
 * beside the raw limit in the same run (the same bodies posted with undici, the same messages published, with
 * as many in flight), and the time from a saved outcome to its arrival when nothing else happens.
 *
 * node bench/delivery.ts [--events 5000] [--rounds 3] [--json] [--keep]
 */

import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { jetstream } from '@nats-io/jetstream'
import { Pool } from 'undici'
import { type AppId, newHexId, type ReloadId } from '../src/core/ids.ts'
import { BROKER_SENDS_IN_FLIGHT_MAX, SENDS_IN_FLIGHT_MAX } from '../src/delivery/after-send.ts'
import type { Channel } from '../src/delivery/channel.ts'
import { natsChannel } from '../src/delivery/channels/nats.ts'
import { sealWith } from '../src/delivery/channels/seal.ts'
import { parseAllowance } from '../src/delivery/channels/target-address.ts'
import { webhookChannel } from '../src/delivery/channels/webhook.ts'
import { startDelivering } from '../src/delivery/deliver.ts'
import { SendRates } from '../src/delivery/send-rates.ts'
import type { Subscription } from '../src/event/subscription.ts'
import { realWorld } from '../src/main/world.ts'
import { settleStep } from '../src/outcome/settle.ts'
import type { SendRecord } from '../src/store/port/deliveries.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { put } from '../test/support/catalog.ts'
import { NO_NATS, startNatsServer } from '../test/support/nats-server.ts'
import { anApp, aReload, aSubscription, aTenant } from '../test/support/records.ts'

const APPS = 100
const IDLE_SAMPLES = 300
const SECRET = '0123456789abcdef0123456789ABCDEF'

const { values: options } = parseArgs({
  options: {
    role: { type: 'string' },
    events: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
})
const events = Number(options.events)
const world = realWorld({ info() {}, warn() {}, error() {} })
const seal = sealWith(new Uint8Array(32))
const settling = settleStep(
  { ...world, errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0 },
  { kind: 'cancel' },
)

/** The receiver is a process of its own, as it is in life. */
function receive(): void {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(204).end()
      if (request.url === '/idle') process.send!('arrived')
    })
  })
  server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }))
}

interface Outbox {
  readonly store: SqliteStore
  /** Ends one reload of each of the first so many apps. */
  end(apps: number): Promise<void>
  close(): Promise<void>
}

async function outbox(subscription: Partial<Subscription>): Promise<Outbox> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-delivery-'))
  const store = SqliteStore.open(join(folder, 'delivery.db'))
  await put(store, { tenants: [aTenant()] })
  await put(store, { subscriptions: [aSubscription({ tenantId: aTenant().id, ...subscription })] })
  const apps = Array.from({ length: APPS }, (_, n) => `app-${n}` as AppId)
  for (const id of apps) {
    const { currentScriptId: _none, ...app } = anApp({ id })
    await put(store, { apps: [app] })
  }
  return {
    store,
    async end(count) {
      const now = Date.now()
      const reloads = apps.slice(0, count).map((appId) => {
        const id = newHexId<'reload'>(world.random, now) as string as ReloadId
        return aReload({ id, appId, createdAt: now, queuedAt: now, notBefore: now })
      })
      await store.accept(reloads.map((reload) => ({ reload, reloadsPerAppAndDay: 0 })))
      await store.transition(reloads.map(({ id }) => ({ reloadId: id, step: settling })))
    },
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Measured {
  readonly perSecond: number
  /** Processor time of this process for one event, microseconds. */
  readonly cpuMicros: number
}

async function measured(work: () => Promise<unknown>): Promise<Measured> {
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await work()
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: events / seconds, cpuMicros: (user + system) / events }
}

/** Sends what was saved before, until nothing is pending. */
async function drained(channel: Channel, subscription: Partial<Subscription>): Promise<Measured> {
  const { store, end, close } = await outbox(subscription)
  for (let saved = 0; saved < events; saved += APPS) await end(APPS)
  const result = await measured(async () => {
    let allSent: () => void = () => {}
    const sent = new Promise<void>((resolve) => {
      allSent = resolve
    })
    let records = 0
    const counted = new Proxy(store, {
      get(target, name) {
        if (name !== 'recordSends') {
          const value = Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        }
        return async (rows: readonly SendRecord[]) => {
          await target.recordSends(rows)
          records += rows.length
          if (records >= events) allSent()
        }
      },
    })
    const loop = startDelivering({ ...world, store: counted, channel, rates: new SendRates() })
    await sent
    await loop.stop()
  })
  await close()
  return result
}

/** Calls `one` for each event, so many at a time. */
async function sideBySide(places: number, one: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < events) await one(next++)
  }
  await Promise.all(Array.from({ length: places }, lane))
}

function webhooks() {
  return webhookChannel({ seal, allowance: parseAllowance('127.0.0.1'), userAgent: 'bench', origin: 'bench' })
}

async function webhookRound(url: string): Promise<{ readonly ours: Measured; readonly raw: Measured }> {
  const pool = new Pool(new URL(url).origin, { connections: SENDS_IN_FLIGHT_MAX })
  const body = Buffer.alloc(1000, 'x')
  const raw = await measured(() =>
    sideBySide(SENDS_IN_FLIGHT_MAX, async () => {
      const answer = await pool.request({ path: '/', method: 'POST', body })
      await answer.body.dump()
    }),
  )
  await pool.close()
  const channel = webhooks()
  const ours = await drained(channel, { url, sealedSecret: seal.seal(SECRET) })
  await channel.close()
  return { ours, raw }
}

async function natsRound(): Promise<{ readonly ours: Measured; readonly raw: Measured }> {
  const server = await startNatsServer()
  const channel = await natsChannel({
    url: server.url,
    stream: 'REPRISE',
    contentMode: 'structured',
    retentionMs: 3_600_000,
    log: world.log,
  })
  const ours = await drained(channel, { channel: 'nats', url: '' })
  const js = jetstream(server.connection)
  const body = Buffer.alloc(1000, 'x')
  const raw = await measured(() =>
    sideBySide(BROKER_SENDS_IN_FLIGHT_MAX, (n) => {
      const expect = { lastSubjectSequence: 0 }
      return js.publish(`reprise.raw.${n}`, body, { msgID: `raw-${n}`, expect })
    }),
  )
  await channel.close()
  await server.close()
  return { ours, raw }
}

/** From the saved outcome to the arrival, ms, one after the other, sorted. */
async function idleTimes(receiver: ChildProcess, url: string): Promise<number[]> {
  const channel = webhooks()
  const { store, end, close } = await outbox({ url: `${url}idle`, sealedSecret: seal.seal(SECRET) })
  const loop = startDelivering({ ...world, store, channel, rates: new SendRates() })
  const times: number[] = []
  for (let n = 0; n < IDLE_SAMPLES; n++) {
    const arrival = new Promise((resolve) => receiver.once('message', () => resolve(performance.now())))
    await end(1)
    const savedAt = performance.now()
    times.push(((await arrival) as number) - savedAt)
  }
  await loop.stop()
  await channel.close()
  await close()
  return times.sort((left, right) => left - right)
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!
}

async function compare(): Promise<void> {
  const receiver = fork(fileURLToPath(import.meta.url), ['--role', 'receiver'])
  const { port } = await new Promise<{ port: number }>((resolve) =>
    receiver.once('message', (message) => resolve(message as { port: number })),
  )
  const url = `http://127.0.0.1:${port}/`
  const rounds: Record<string, { readonly ours: Measured; readonly raw: Measured }[]> = { webhook: [] }
  if (NO_NATS === undefined) rounds.JetStream = []
  for (let n = 0; n < Number(options.rounds); n++) {
    rounds.webhook!.push(await webhookRound(url))
    rounds.JetStream?.push(await natsRound())
  }
  const times = await idleTimes(receiver, url)
  receiver.kill()
  const lines = Object.entries(rounds).flatMap(([name, all]) => {
    const of = (side: 'ours' | 'raw', what: keyof Measured) => median(all.map((round) => round[side][what]))
    const told = (side: 'ours' | 'raw') =>
      `${Math.round(of(side, 'perSecond'))}/s, ${Math.round(of(side, 'cpuMicros'))} us of processor time each`
    const share = median(all.map(({ ours, raw }) => ours.perSecond / raw.perSecond))
    return [
      `${name.padEnd(10)} raw   ${told('raw')}`,
      `${''.padEnd(10)} ours  ${told('ours')}; ${(share * 100).toFixed(0)} % of the raw limit`,
    ]
  })
  if (NO_NATS !== undefined) lines.push(`JetStream  not measured: ${NO_NATS}`)
  const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(1)
  const text = `delivery: ${events} saved events to one receiver, median of ${options.rounds} rounds, ${availableParallelism()} cores, node ${process.version}
${lines.join('\n')}
idle       outcome saved to arrived: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms
in flight at the same time: ${SENDS_IN_FLIGHT_MAX} to a webhook, ${BROKER_SENDS_IN_FLIGHT_MAX} to JetStream; ours reads, signs, sends and records each event
(target T9: webhook 1500/s, JetStream 5000/s, idle p50 3 ms and p99 50 ms)
Repeat with: node bench/delivery.ts --events ${events} --rounds ${options.rounds} --keep
`
  process.stdout.write(options.json ? `${JSON.stringify({ rounds, times })}\n` : text)
  if (options.keep) writeFileSync(new URL('results/delivery.txt', import.meta.url), text)
}

if (options.role === 'receiver') receive()
else await compare()
