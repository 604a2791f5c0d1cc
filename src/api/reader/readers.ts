/**
 * Room `api/reader`: reads large bodies and scripts of tenants in processes of their own, within time and
 * memory. What such a process does and how the service speaks to it enter, and nothing that decides about a
 * request.
 *
 * Processes and not threads: a hostile body that fills the heap of a thread ends the whole process with it.
 * They start when there is work, end when there was none for a while, and one that ends at a task is replaced
 * by the next task. Tenants take turns, and no tenant has more than one task at work, so that one cannot hold
 * up the others.
 *
 * Modes: open -> stopped (everything is refused, every process is gone).
 */
import type { TenantId } from '../../core/ids.ts'
import type { Limits } from '../../core/limits.ts'
import type { Log } from '../../core/ports.ts'
import { SECOND } from '../../core/units.ts'
import { refuse } from '../http/problem.ts'
import type { Reader } from '../http/reader.ts'
import { ReaderChild } from './reader-child.ts'
import {
  type Frame,
  lengthOf,
  type ReaderAnswer,
  type ReaderTask,
  type ReadMember,
} from './reader-protocol.ts'
import { TenantQueue } from './tenant-queue.ts'

/** One tenant occupies one. */
const PROCESSES = 2
const WAITING_MAX_PER_TENANT = 20
const WAIT_MAX_MS = 30 * SECOND
const IDLE_MAX_MS = 60 * SECOND

export interface ReadersOptions {
  readonly limits: Pick<Limits, 'readTimeMs' | 'scriptBytes' | 'requestBodyBytes'>
  readonly log: Log
}

interface Job {
  readonly tenant: TenantId
  readonly task: ReaderTask
  readonly bytes: readonly Uint8Array[]
  readonly begin: () => void
  readonly done: (answer: Frame<ReaderAnswer>) => void
  readonly fail: (refusal: Error) => void
}

interface Place {
  readonly child: ReaderChild
  busy: boolean
  idleSince: number
}

export class Readers implements Reader {
  readonly #options: ReadersOptions
  readonly #queue = new TenantQueue<Job>(WAITING_MAX_PER_TENANT)
  readonly #jobs = new Set<Job>()
  readonly #places = new Set<Place>()
  #idle: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: ReadersOptions) {
    this.#options = options
  }

  /** Process ids, of those at work and those that wait. */
  get pids(): readonly number[] {
    return [...this.#places].flatMap(({ child }) => child.pid ?? [])
  }

  async readMembers(
    tenant: TenantId,
    body: readonly Uint8Array[],
    names: readonly string[],
  ): Promise<unknown> {
    const { scriptBytes, requestBodyBytes } = this.#options.limits
    const textBytesMax = scriptBytes + requestBodyBytes
    const { head, bytes } = await this.#perform(tenant, { kind: 'members', names, textBytesMax }, body)
    switch (head.kind) {
      case 'members':
        return membersOf(head.members, bytes)
      case 'value':
        return head.value
      case 'not-utf8':
        throw refuse('badRequest', { detail: 'the body is not UTF-8' })
      case 'not-json':
        throw refuse('badRequest', { detail: 'the body is not valid JSON' })
      case 'text-too-long':
        throw refuse('tooLarge', {
          detail: `the texts of the body have at most ${textBytesMax} bytes, a script has at most ${scriptBytes}`,
          pointer: `/${head.name}`,
        })
      default:
        throw new Error(`a reader answered ${head.kind} to a body`)
    }
  }

  async checkScript(tenant: TenantId, script: string): Promise<Uint8Array> {
    const { head, bytes } = await this.#perform(tenant, { kind: 'check' }, [Buffer.from(script)])
    if (head.kind === 'issues') return bytes
    throw new Error(`a reader answered ${head.kind} to a script`)
  }

  /** Refuses what waits and resolves when every process is gone. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#idle)
    for (const job of this.#jobs) job.fail(stopping())
    const places = [...this.#places]
    for (const { child } of places) child.kill()
    await Promise.all(places.map(({ child }) => child.exited))
  }

  #perform(tenant: TenantId, task: ReaderTask, bytes: readonly Uint8Array[]): Promise<Frame<ReaderAnswer>> {
    if (this.#stopped) throw stopping()
    return new Promise<Frame<ReaderAnswer>>((resolve, reject) => {
      const waited = setTimeout(() => {
        this.#queue.remove(tenant, job)
        job.fail(busy(`it waited ${WAIT_MAX_MS / SECOND} s for others of your tenant or of all`))
      }, WAIT_MAX_MS)
      const over = () => {
        clearTimeout(waited)
        this.#jobs.delete(job)
      }
      const job: Job = {
        tenant,
        task,
        bytes,
        begin: () => clearTimeout(waited),
        done: (answer) => {
          over()
          resolve(answer)
        },
        fail: (refusal) => {
          over()
          reject(refusal)
        },
      }
      this.#jobs.add(job)
      if (this.#queue.add(tenant, job)) this.#assign()
      else job.fail(busy(`${WAITING_MAX_PER_TENANT} scripts or large bodies of your tenant wait to be read`))
    })
  }

  /** Gives work to processes that have none, starting them where there are too few. */
  #assign(): void {
    while (!this.#stopped) {
      const place = [...this.#places].find(({ busy }) => !busy)
      if (place === undefined && this.#places.size === PROCESSES) return
      const job = this.#queue.take()
      if (job === undefined) return
      void this.#work(place ?? this.#open(), job)
    }
  }

  #open(): Place {
    const place = { child: new ReaderChild(this.#options.limits.readTimeMs), busy: false, idleSince: 0 }
    this.#places.add(place)
    void place.child.exited.then(() => this.#places.delete(place))
    return place
  }

  async #work(place: Place, job: Job): Promise<void> {
    place.busy = true
    job.begin()
    const answer = await place.child.perform(job.task, job.bytes)
    if (answer === undefined) await this.#ended(place, job)
    else if (answer.head.kind === 'too-slow') job.fail(this.#tooMuch())
    else job.done(answer)
    place.busy = false
    place.idleSince = performance.now()
    this.#queue.done(job.tenant)
    this.#assign()
    this.#endIdle()
  }

  async #ended({ child }: Place, { tenant, task, bytes, fail }: Job): Promise<void> {
    const reason = await child.exited
    if (this.#stopped) return
    const { log } = this.#options
    if (child.wasReady) {
      const input = { tenant, task: task.kind, bytes: lengthOf(bytes) }
      log.warn('a reader process ended at the input of a tenant and is replaced', { reason, ...input })
      fail(this.#tooMuch())
    } else {
      log.error('a reader process cannot be started', { reason })
      fail(refuse('unavailable', { detail: 'scripts and large bodies cannot be read at present' }))
    }
  }

  #tooMuch(): Error {
    const seconds = this.#options.limits.readTimeMs / SECOND
    return refuse('unprocessable', {
      detail: `reading this takes more than ${seconds} s or too much memory: make the script smaller or simpler`,
    })
  }

  /** Ends processes that had no work for a while. */
  #endIdle(): void {
    clearTimeout(this.#idle)
    if (this.#stopped) return
    this.#idle = setTimeout(() => {
      const since = performance.now() - IDLE_MAX_MS
      for (const place of this.#places) {
        if (place.busy || place.idleSince > since) continue
        this.#places.delete(place)
        place.child.kill()
      }
      if (this.#places.size > 0) this.#endIdle()
    }, IDLE_MAX_MS).unref()
  }
}

function membersOf(members: readonly ReadMember[], texts: Buffer): Readonly<Record<string, unknown>> {
  let at = 0
  return Object.fromEntries(
    members.map(([name, member]) => {
      if (!('bytes' in member)) return [name, member.value]
      at += member.bytes
      return [name, texts.toString('utf8', at - member.bytes, at)]
    }),
  )
}

function busy(why: string): Error {
  return refuse('busy', { detail: `${why}: send it again later`, headers: { 'retry-after': '5' } })
}

function stopping(): Error {
  return refuse('unavailable', { detail: 'the service is stopping' })
}
