/**
 * Clients: one of each app, that asks for a reload after the other whatever happens to the server, and one of
 * each tenant that keeps reading what is stored together. Most reloads go well unless somebody kills them;
 * some fail after their STOREs, some exceed a limit there, some are canceled in the middle, and some are
 * partial ones that read the app's data.
 */
import { pause, reloadOnce, type Wish } from './asking.ts'
import type { Diary } from './diary.ts'
import type { ChaosApp, Installation } from './installation.ts'

const CANCELED_SHARE = 0.05
const FAILED_SHARE = 0.05
const TOO_LARGE_SHARE = 0.012
const PARTIAL_SHARE = 0.06
/** A cancel comes within this time: longer than the longest attempt. */
const CANCEL_WITHIN_MS = 3500
const NEVER_MS = Number.POSITIVE_INFINITY

export interface Habits {
  /** Longest pause of a client between two reloads, ms: spreads the load over the processors. */
  readonly restMs: number
  /** Back-offs that are longer are not waited out, ms. */
  readonly patienceMs: number
}

export class Clients {
  readonly #installation: Installation
  readonly #diary: Diary
  readonly #uniform: () => number
  readonly #habits: Habits
  readonly #asked = new Map<string, number>()
  readonly #withData = new Set<string>()

  constructor(installation: Installation, diary: Diary, uniform: () => number, habits: Habits) {
    this.#installation = installation
    this.#diary = diary
    this.#uniform = uniform
    this.#habits = habits
  }

  /** Resolves when it is quiet and the last reload of every client has ended. */
  async keepReloading(quiet: AbortSignal): Promise<void> {
    await Promise.all(
      this.#installation.apps.map(async (app) => {
        while (!quiet.aborted) {
          await pause(this.#uniform() * this.#habits.restMs)
          if (!quiet.aborted) await this.#one(app)
        }
      }),
    )
  }

  /**
   * When nothing is killed any more: every app comes to data, and every file and the data of every app is
   * read.
   */
  async readEverything(): Promise<void> {
    const { apps } = this.#installation
    const readers = apps.filter(({ size }) => size === 'reader')
    const writers = apps.filter(({ size }) => size !== 'reader')
    const late = writers.filter(({ name }) => !this.#withData.has(name))
    await Promise.all(late.map((app) => this.#ask(app, {})))
    await Promise.all([
      ...readers.map((app) => this.#ask(app, { variables: { vAll: '1' } })),
      ...writers.map((app) => this.#ask(app, { partial: true })),
    ])
  }

  async #one(app: ChaosApp): Promise<void> {
    if (app.size === 'reader') return this.#ask(app, { variables: { vAll: '0' } })
    const dice = this.#uniform()
    if (dice < PARTIAL_SHARE && this.#withData.has(app.name)) return this.#ask(app, { partial: true })
    const mood = this.#uniform()
    const vMood = mood < FAILED_SHARE ? '1' : mood < FAILED_SHARE + TOO_LARGE_SHARE ? '2' : '0'
    const cancelAfterMs = this.#uniform() < CANCELED_SHARE ? this.#uniform() * CANCEL_WITHIN_MS : NEVER_MS
    return this.#ask(app, { variables: { vMood }, cancelAfterMs })
  }

  async #ask(app: ChaosApp, wish: Partial<Wish>): Promise<void> {
    const number = 1 + (this.#asked.get(app.name) ?? 0)
    this.#asked.set(app.name, number)
    const outcome = await reloadOnce(this.#installation, this.#diary, app, {
      run: `${app.name}-${number}`,
      variables: { vMood: '0' },
      partial: false,
      cancelAfterMs: NEVER_MS,
      patienceMs: this.#habits.patienceMs,
      ...wish,
    })
    if (outcome === 'SUCCEEDED') this.#withData.add(app.name)
  }
}
