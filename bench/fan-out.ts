/**
 * Finished events to 50 webhooks, of which 10 are sick: they never answer, refuse the connection, redirect,
 * answer garbage or 500. Beside it, in the same run, the same events to the 40 healthy ones alone. What
 * counts is how much later the healthy ones have everything (issue: less than 5 %), and that each of them has
 * every event, always with the same id; with --kill also after the sending process was killed with SIGKILL in
 * the middle.
 *
 * node bench/fan-out.ts [--events 2000] [--rounds 3] [--kill] [--json] [--keep]
 */

import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { AppId, ReloadId, SubscriptionId } from '../src/core/ids.ts'
import { newHexId } from '../src/core/ids.ts'
import { sealWith } from '../src/delivery/channels/seal.ts'
import { parseAllowance } from '../src/delivery/channels/target-address.ts'
import { webhookChannel } from '../src/delivery/channels/webhook.ts'
import { startDelivering } from '../src/delivery/deliver.ts'
import { SendRates } from '../src/delivery/send-rates.ts'
import { realWorld } from '../src/main/world.ts'
import { settleStep } from '../src/outcome/settle.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { put } from '../test/support/catalog.ts'
import { anApp, aReload, aSubscription, aTenant } from '../test/support/records.ts'

const HEALTHY = 40
const SICK = ['hangs', 'refuses', 'redirects', 'garbage', 'fails'] as const
const SICK_EACH = 2
const APPS = 100

/** From the receiver to the bench: how many events arrived at how many healthy targets. */
interface Arrivals {
  readonly arrived: number
  readonly doubled: number
  readonly changed: number
}

const { values: options } = parseArgs({
  options: {
    role: { type: 'string' },
    folder: { type: 'string' },
    port: { type: 'string' },
    sick: { type: 'boolean', default: false },
    events: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    kill: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
})
const events = Number(options.events)
const world = realWorld({ info() {}, warn() {}, error() {} })

/**
 * All targets behind one port; every arrival at a healthy one is counted. Tells the bench when it is asked.
 */
function receive(): void {
  const seen = new Map<string, string>()
  const counts = { arrived: 0, doubled: 0, changed: 0 }
  const server = createServer(async (request, response) => {
    const [, kind, target] = (request.url ?? '').split('/')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (kind === 'redirects') response.writeHead(308, { location: '/healthy/0' }).end()
    if (kind === 'fails') response.writeHead(500).end()
    if (kind === 'garbage') request.socket.end('this is no HTTP\r\n\r\n')
    if (kind !== 'healthy') return
    const body = Buffer.concat(chunks).toString()
    const key = `${target} ${JSON.parse(body).data.id}`
    const before = seen.get(key)
    if (before === undefined) counts.arrived += 1
    else if (before === body) counts.doubled += 1
    else counts.changed += 1
    seen.set(key, body)
    response.writeHead(204).end()
  })
  process.on('message', () => process.send!({ ...counts }))
  server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }))
}

/** Saves the events that are not there yet, each with its deliveries, while it sends what is due. */
async function send(): Promise<void> {
  const store = SqliteStore.open(join(options.folder!, 'fan-out.db'))
  await store.endLeases(Date.now())
  const channel = webhookChannel({
    seal: sealWith(new Uint8Array(32)),
    allowance: parseAllowance('127.0.0.1'),
    userAgent: 'bench',
    origin: 'bench',
  })
  startDelivering({ ...world, store, channel, rates: new SendRates() })
  const apps = Array.from({ length: APPS }, (_, n) => `app-${n}` as AppId)
  if ((await store.tenants()).length === 0) await furnish(store, apps)
  const rules = { ...world, errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0 }
  for (let saved = await store.lastSequence(); saved < events; saved += APPS) {
    const now = Date.now()
    const reloads = apps.map((appId) => {
      const id = newHexId<'reload'>(world.random, now) as string as ReloadId
      return aReload({ id, appId, createdAt: now, queuedAt: now, notBefore: now })
    })
    const answers = await store.accept(reloads.map((reload) => ({ reload, reloadsPerAppAndDay: 0 })))
    const ids = answers.map((answer) => (answer.kind === 'pending' ? answer.pendingReloadId : undefined))
    const step = settleStep(rules, { kind: 'cancel' })
    await store.transition(reloads.map(({ id }, i) => ({ reloadId: ids[i] ?? id, step })))
  }
}

async function furnish(store: SqliteStore, apps: readonly AppId[]): Promise<void> {
  await put(store, { tenants: [aTenant()] })
  const { id: tenantId } = aTenant()
  const targets = Array.from({ length: HEALTHY }, (_, n) => `healthy/${n}`)
  if (options.sick) for (const kind of SICK) for (let n = 0; n < SICK_EACH; n++) targets.push(`${kind}/${n}`)
  const subscriptions = targets.map((target, n) => {
    // Nobody listens on port 1 of this machine.
    const port = target.startsWith('refuses') ? '1' : options.port
    const id = `subscription-${n}` as SubscriptionId
    return put(store, {
      subscriptions: [aSubscription({ id, tenantId, url: `http://127.0.0.1:${port}/${target}` })],
    })
  })
  const rows = apps.map((id) => {
    const { currentScriptId: _none, ...app } = anApp({ id })
    return put(store, { apps: [app] })
  })
  await Promise.all([...subscriptions, ...rows])
}

interface Round extends Arrivals {
  readonly seconds: number
}

async function round(sick: boolean, kill: boolean): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-fan-out-'))
  const receiver = child('receiver', [])
  const { port } = await answer<{ port: number }>(receiver)
  const startedAt = performance.now()
  const startSender = () =>
    child('sender', [
      '--folder',
      folder,
      '--port',
      String(port),
      '--events',
      String(events),
      ...(sick ? ['--sick'] : []),
    ])
  let sender = startSender()
  const wanted = events * HEALTHY
  let killed = !kill
  try {
    for (;;) {
      receiver.send('how many?')
      const arrivals = await answer<Arrivals>(receiver)
      const seconds = (performance.now() - startedAt) / 1000
      if (arrivals.arrived >= wanted) return { ...arrivals, seconds }
      if (!killed && arrivals.arrived > wanted / 2) {
        killed = true
        const gone = new Promise((resolve) => sender.once('exit', resolve))
        sender.kill('SIGKILL')
        await gone
        sender = startSender()
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } finally {
    sender.kill('SIGKILL')
    receiver.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

function child(role: string, args: readonly string[]): ChildProcess {
  const made = fork(fileURLToPath(import.meta.url), ['--role', role, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  made.once('exit', (code) => {
    if (code !== null) throw new Error(`the ${role} of the bench ended with ${code}`)
  })
  return made
}

/** The next message of a child; a child of the bench that ends before it was killed ends the bench. */
function answer<Message>(from: ChildProcess): Promise<Message> {
  return new Promise((resolve) => from.once('message', (message) => resolve(message as Message)))
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!
}

async function compare(): Promise<void> {
  const well: Round[] = []
  const withSick: Round[] = []
  for (let n = 0; n < Number(options.rounds); n++) {
    well.push(await round(false, options.kill))
    withSick.push(await round(true, options.kill))
  }
  const seconds = (rounds: readonly Round[]) => median(rounds.map((one) => one.seconds))
  const told = (rounds: readonly Round[]) =>
    `${seconds(rounds).toFixed(2)} s, ${Math.round((events * HEALTHY) / seconds(rounds))} deliveries/s, doubled ${rounds.map(({ doubled }) => doubled).join(' ')}, changed ${rounds.map(({ changed }) => changed).join(' ')}`
  const later = seconds(withSick) / seconds(well) - 1
  const text = `fan-out: ${events} finished events, ${HEALTHY} healthy webhooks, ${SICK.length * SICK_EACH} sick ones (${SICK.join(', ')}), median of ${options.rounds} rounds${options.kill ? ', the sender killed in the middle of each' : ''}, ${availableParallelism()} cores, node ${process.version}
healthy alone      ${told(well)}
with the sick ones ${told(withSick)}
the healthy have everything ${(later * 100).toFixed(1)} % later (target: less than 5 %); each has every event
Repeat with: node bench/fan-out.ts --events ${events} --rounds ${options.rounds}${options.kill ? ' --kill' : ''} --keep
`
  if (options.json) process.stdout.write(`${JSON.stringify({ well, withSick, later })}\n`)
  else process.stdout.write(text)
  const name = options.kill ? 'fan-out-kill' : 'fan-out'
  if (options.keep) writeFileSync(new URL(`results/${name}.txt`, import.meta.url), text)
}

if (options.role === 'receiver') receive()
else if (options.role === 'sender') await send()
else await compare()
