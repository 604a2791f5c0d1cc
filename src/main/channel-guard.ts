/**
 * Keeps faults of the delivery channels from ending the service. Channels drive client libraries of others,
 * which may throw in a callback of their own, reject a promise that nobody has, or emit an error that nobody
 * hears: no caller can catch these. What is begun inside a channel is marked, so such a fault is told to the
 * log, counted, and the service goes on: sends that fail are tried again in any case.
 *
 * Any other fault that nobody caught is a mistake of ours: it is told, and the process ends with exit code 1
 * as if killed; the next start takes up what it left (docs/decisions/0014-faults-that-nobody-catches.md).
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Counter, type Registry } from 'prom-client'
import type { Log } from '../core/ports.ts'
import type { Sending } from '../delivery/channels/routed.ts'
import { endProcessAtOnce } from './end-process.ts'

export class ChannelGuard {
  readonly #log: Log
  readonly #inside = new AsyncLocalStorage<string>()
  readonly #faults: Counter
  readonly #end: () => void
  readonly #hear = (error: unknown) => this.#escaped(error)

  /** @param end ends the process after a fault that is no channel's */
  constructor(log: Log, metrics: Registry, end: () => void = () => endProcessAtOnce(1)) {
    this.#log = log
    this.#end = end
    this.#faults = new Counter({
      name: 'reprise_channel_faults_total',
      help: 'Faults of a channel that no send could catch, since the start of the process.',
      labelNames: ['channel'],
      registers: [metrics],
    })
    process.on('uncaughtException', this.#hear)
    process.on('unhandledRejection', this.#hear)
  }

  /** Runs what belongs to a channel. */
  inside<Result>(channel: string, run: () => Result): Result {
    return this.#inside.run(channel, run)
  }

  guarded<Args extends unknown[], Answer>(
    name: string,
    channel: Sending<Args, Answer>,
  ): Sending<Args, Answer> {
    return {
      send: (...args) => this.inside(name, () => channel.send(...args)),
      close: () => this.inside(name, () => channel.close()),
    }
  }

  async stop(): Promise<void> {
    process.off('uncaughtException', this.#hear)
    process.off('unhandledRejection', this.#hear)
  }

  #escaped(error: unknown): void {
    const channel = this.#inside.getStore()
    if (channel !== undefined) {
      this.#faults.inc({ channel })
      this.#log.error('a fault escaped a channel; the service goes on', { channel, error })
      return
    }
    this.#log.error('a fault that nobody caught: the service ends, the next start goes on', { error })
    this.#end()
  }
}
