/**
 * The ports of rules and loops to the world: clock, randomness, timers, log. The real ones are in
 * main/world.ts, the simulated ones in test/simulation/.
 */

export interface Clock {
  /** Wall clock, epoch milliseconds. */
  now(): number
  /** Monotonic clock, milliseconds from an arbitrary origin: for durations only. */
  monotonic(): number
}

export interface Random {
  bytes(count: number): Uint8Array
  /** Uniform in [0, 1). */
  uniform(): number
}

export interface Wait {
  /** Resolves when the time is up or the wait was ended; never rejects. */
  readonly done: Promise<void>
  /** Ends the wait now; does nothing if it is over. */
  end(): void
}

export interface Timers {
  wait(ms: number): Wait
}

export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly timers: Timers
  readonly log: Log
}
