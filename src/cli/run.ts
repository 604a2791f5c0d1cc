/**
 * `reprise run APP|TASK`: has a running service reload an app, or start a task; with `--wait` stays until the
 * reload has ended and tells its outcome by the exit code. The request has a key of its own, so that
 * repeating it after a broken connection starts nothing twice; waiting goes on over restarts of the service.
 * Ctrl-C ends the waiting, and the reload only when that was asked for.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { isOutcome } from '../core/outcome.ts'
import { ConfigError } from '../main/config.ts'
import { dieOf } from '../main/end-process.ts'
import { ApiError, type CallOptions, Client, type ReloadRecord } from './client.ts'
import { OUTCOME_EXIT_CODES } from './exit-codes.ts'
import { appMeant } from './find-app.ts'
import { TASKS, taskMeant } from './find-task.ts'
import { type Persistence, persistently } from './persistence.ts'
import { watchProgress } from './progress.ts'
import { readTimeout, readVariables, withVariables } from './reload-options.ts'
import { readServiceOptions, type ServiceOptions, withServiceOptions } from './service-options.ts'
import { Terminal } from './terminal.ts'

const TIMED_OUT = 5
const REFUSED = 6
const UNREACHABLE = 7
const EXIT_CODES =
  'Exit code: 0 SUCCEEDED (without --wait: accepted), 1 FAILED, 2 wrong use, 3 CANCELED, 4 EXCEEDED_LIMIT, ' +
  `${TIMED_OUT} not ended within --timeout, ${REFUSED} refused by the service, ${UNREACHABLE} no service answers`

/** How long a service that does not answer is asked to start the reload. */
const GIVE_UP_AFTER_MS = 10_000
/** Longest wait of one request: on a terminal the line with the progress stands still for so long. */
const WAIT_ON_TERMINAL_S = 1
const WAIT_S = 10
/** How much longer than its wait a request may take, on a connection that died unnoticed. */
const LATE_ANSWER_MS = 30_000
/** Before the next request, when a wait was not granted. */
const UNGRANTED_PAUSE_MS = 1000

interface Options extends ServiceOptions {
  readonly wait?: true
  readonly timeout?: string
  readonly cancelOnInterrupt?: true
  readonly partial?: true
  readonly weight?: string
  readonly variable?: readonly string[]
  readonly json?: true
}

export function runCommand(): Command {
  const command = new Command('run')
    .description('Have a running service reload an app, or start a task.')
    .argument('<app|task>', 'id or exact name of an app; if there is none, of a task')
    .option('--wait', 'wait until the reload has ended, and tell its outcome by the exit code')
    .option('--timeout <duration>', 'wait no longer than this, such as 90s, 20m or 3h; the reload goes on')
    .option('--cancel-on-interrupt', 'Ctrl-C and SIGTERM cancel the reload; a second one ends the waiting')
    .option('--partial', 'keep the tables and run only the prefixed loads')
    .option('--weight <number>', '1 to 10: the heavier goes first')
    .option('--json', "print the reload's record as one line of JSON on standard output")
    .addHelpText('after', `\n${EXIT_CODES}`)
  return withServiceOptions(withVariables(command)).action(async (target: string, options: Options) => {
    await run(target, options)
  })
}

interface Target {
  readonly kind: 'app' | 'task'
  readonly id: string
  readonly name: string
}

/** @throws ConfigError when there is neither, or several of that name */
async function findTarget(client: Client, text: string, options: CallOptions): Promise<Target> {
  const app = await appMeant(client, text, options)
  if (app !== undefined) return { kind: 'app', ...app }
  const task = await taskMeant(client, text, options)
  if (task !== undefined) return { kind: 'task', id: task.id, name: task.name }
  throw new ConfigError(`there is no app and no task with the id or the name "${text}" that you may read`)
}

class Unreachable extends Error {}
class TimedOut extends Error {}
class Interrupted extends Error {
  readonly by: NodeJS.Signals
  constructor(by: NodeJS.Signals) {
    super()
    this.by = by
  }
}

async function run(text: string, options: Options): Promise<void> {
  const { body, timeoutMs } = readOptions(options)
  const service = readServiceOptions(options)
  const terminal = new Terminal(options.json === true ? process.stderr : process.stdout)
  const stop = new AbortController()
  const requested = new RequestedReload(
    new Client(service.origin, service.key),
    service.origin,
    terminal,
    stop,
  )
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop.abort(new TimedOut()), timeoutMs)
  const forget = onSignals((signal, first) => {
    if (first && options.cancelOnInterrupt === true && requested.cancel()) return
    stop.abort(new Interrupted(signal))
  })
  try {
    await requested.start(text, body)
    if (options.wait === true) await requested.wait()
    process.exitCode = requested.exitCode()
  } catch (error) {
    requested.tellEnd(error)
  } finally {
    clearTimeout(timer)
    forget()
    if (options.json === true && requested.record !== undefined)
      process.stdout.write(`${JSON.stringify(requested.record)}\n`)
  }
  if (stop.signal.reason instanceof Interrupted) dieOf(stop.signal.reason.by)
}

function readOptions(options: Options) {
  const { wait, timeout, cancelOnInterrupt, partial, weight, variable } = options
  if (wait !== true && (timeout !== undefined || cancelOnInterrupt === true))
    throw new ConfigError(`${timeout === undefined ? '--cancel-on-interrupt' : '--timeout'} needs --wait`)
  if (weight !== undefined && !/^\d+$/.test(weight))
    throw new ConfigError(`--weight takes a whole number from 1 to 10, not "${weight}"`)
  const body = {
    ...(partial === true ? { partial } : {}),
    ...(weight === undefined ? {} : { weight: Number(weight) }),
    ...(variable === undefined ? {} : { variables: readVariables(variable) }),
  }
  return { body, timeoutMs: timeout === undefined ? undefined : readTimeout(timeout) }
}

function onSignals(hear: (signal: NodeJS.Signals, first: boolean) => void): () => void {
  let first = true
  const listener = (signal: NodeJS.Signals) => {
    hear(signal, first)
    first = false
  }
  process.on('SIGINT', listener).on('SIGTERM', listener)
  return () => process.off('SIGINT', listener).off('SIGTERM', listener)
}

/** One reload, from asking for it, or for its task, to its end. */
class RequestedReload {
  readonly #client: Client
  readonly #origin: string
  readonly #terminal: Terminal
  readonly #stop: AbortController
  #target: Target | undefined
  record: ReloadRecord | undefined

  constructor(client: Client, origin: string, terminal: Terminal, stop: AbortController) {
    this.#client = client
    this.#origin = origin
    this.#terminal = terminal
    this.#stop = stop
  }

  async start(text: string, body: Readonly<Record<string, unknown>>): Promise<void> {
    const headers = { 'idempotency-key': randomUUID() }
    const giveUp = setTimeout(() => this.#stop.abort(new Unreachable()), GIVE_UP_AFTER_MS)
    try {
      this.#target ??= await this.#persistently((signal) => findTarget(this.#client, text, { signal }))
      const { kind, id } = this.#target
      const asked = (signal: AbortSignal): CallOptions => ({ headers, signal })
      this.record =
        kind === 'app'
          ? await this.#persistently((signal) => this.#reload({ appId: id, ...body }, asked(signal)))
          : await this.#startTask(id, body, asked)
    } finally {
      clearTimeout(giveUp)
    }
    const { kind, name, id } = this.#target
    this.#terminal.line(`reload ${this.record.id} of ${JSON.stringify(name)}, ${kind} ${id}`)
  }

  #reload(body: Readonly<Record<string, unknown>>, options: CallOptions): Promise<ReloadRecord> {
    return this.#client.call<ReloadRecord>('POST', '/api/v1/reloads', body, options)
  }

  /** A task says itself how it reloads its app. */
  async #startTask(
    id: string,
    body: Readonly<Record<string, unknown>>,
    asked: (signal: AbortSignal) => CallOptions,
  ): Promise<ReloadRecord> {
    const [option] = Object.keys(body)
    if (option !== undefined)
      throw new ConfigError(
        `${JSON.stringify(this.#target?.name)} is a task and says itself what is ${option}`,
      )
    const path = `${TASKS}/${id}/actions/start?source=${encodeURIComponent('reprise run')}`
    const { reloadId } = await this.#persistently((signal) =>
      this.#client.call<{ reloadId: string }>('POST', path, undefined, asked(signal)),
    )
    return this.#persistently((signal) =>
      this.#client.call<ReloadRecord>('GET', `/api/v1/reloads/${reloadId}`, undefined, { signal }),
    )
  }

  /** Asks again and again for the reload as it is when it has ended, or after a while. */
  async wait(): Promise<void> {
    const watch = watchProgress(this.#terminal)
    const seconds = this.#terminal.isLive ? WAIT_ON_TERMINAL_S : WAIT_S
    const path = `/api/v1/reloads/${this.record!.id}?wait=${seconds}s`
    for (;;) {
      const askedAt = performance.now()
      this.record = await this.#persistently(
        (signal) => this.#client.call<ReloadRecord>('GET', path, undefined, { signal }),
        seconds * 1000,
      )
      watch.seen(this.record)
      if (isOutcome(this.record.status)) break
      const early = performance.now() - askedAt < (seconds * 1000) / 2
      if (early)
        await pause(UNGRANTED_PAUSE_MS, undefined, { signal: this.#stop.signal }).catch(() =>
          this.#stop.signal.throwIfAborted(),
        )
    }
    watch.end()
    const { status, errorCode, errorMessage, id, appId } = this.record
    if (status === 'SUCCEEDED') return
    if (errorMessage !== undefined) this.#terminal.line(`${errorCode ?? ''} ${errorMessage}`.trim())
    this.#terminal.line(`script log: ${this.#origin}/api/v1/apps/${appId}/reloads/logs/${id}`)
  }

  exitCode(): number {
    const status = this.record!.status
    return isOutcome(status) ? OUTCOME_EXIT_CODES[status] : 0
  }

  /** Returns false when there is nothing to cancel yet. */
  cancel(): boolean {
    if (this.record === undefined) return false
    this.#note('canceling the reload; once more ends the waiting')
    this.#client.cancelReload(this.record.id).catch((error: Error) => {
      // It has ended meanwhile, which the wait tells.
      if (error instanceof ApiError && error.status === 409) return
      this.#note(`the reload could not be canceled: ${error.message}`)
    })
    return true
  }

  /** Tells why nothing more is heard of the reload. */
  tellEnd(error: unknown): void {
    if (error instanceof ApiError) {
      this.#note(`the service refused: ${error.message}`)
      process.exitCode = REFUSED
    } else if (error instanceof Unreachable) {
      this.#note(`no service answers at ${this.#origin}`)
      process.exitCode = UNREACHABLE
    } else if (error instanceof TimedOut || error instanceof Interrupted) {
      this.#note(`${error instanceof TimedOut ? 'waited long enough' : 'interrupted'}; ${this.#whatGoesOn()}`)
      if (error instanceof TimedOut) process.exitCode = TIMED_OUT
    } else throw error
  }

  #whatGoesOn(): string {
    if (this.record === undefined) return 'the service had not answered whether it takes the reload'
    const path = `${this.#origin}/api/v1/reloads/${this.record.id}/actions/cancel`
    return `the reload goes on. To cancel it: curl -X POST -H "Authorization: Bearer $REPRISE_KEY" ${path}`
  }

  #persistently<Answer>(ask: (signal: AbortSignal) => Promise<Answer>, waitMs = 0): Promise<Answer> {
    const persistence: Persistence = {
      signal: this.#stop.signal,
      onConnection: (state, detail) => {
        if (state === 'back') this.#note(`connected to ${this.#origin} again`)
        else this.#note(`${this.#origin} does not answer (${detail}), trying again`)
      },
    }
    return persistently(persistence, () =>
      ask(AbortSignal.any([this.#stop.signal, AbortSignal.timeout(waitMs + LATE_ANSWER_MS)])),
    )
  }

  #note(text: string): void {
    this.#terminal.clearStatus()
    process.stderr.write(`reprise: ${text}\n`)
  }
}
