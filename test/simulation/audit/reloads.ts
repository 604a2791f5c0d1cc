/** Audits of reloads and attempts: invariants 1, 3, 4 and the bound of tries of 7. */
import type { Attempt } from '../../../src/core/attempt.ts'
import type { ReloadId } from '../../../src/core/ids.ts'
import type { Reload } from '../../../src/core/reload.ts'
import type { World } from '../world.ts'
import { type Change, type Changes, type Copy, hasEnded, isRunning } from './copy.ts'

const MOVES: Readonly<Record<string, readonly string[]>> = {
  QUEUED: ['RELOADING', 'CANCELED', 'EXCEEDED_LIMIT'],
  RELOADING: ['SUCCEEDED', 'FAILED', 'EXCEEDED_LIMIT', 'CANCELED', 'CANCELING', 'QUEUED'],
  CANCELING: ['CANCELED'],
}
/** Ends that cost the retry budget. */
const FAULTS = new Set(['crashed', 'lost', 'no-session'])

export class ReloadAudit {
  readonly #world: World
  readonly #copy: Copy
  readonly #retriesMax: number
  readonly #canceled = new Set<string>()
  readonly #forgotten = new Set<string>()
  readonly #reloadOfKey = new Map<string, string>()
  readonly #activeOf = new Map<string, Set<string>>()

  constructor(world: World, copy: Copy, retriesMax: number) {
    this.#world = world
    this.#copy = copy
    this.#retriesMax = retriesMax
  }

  accepted(id: ReloadId, key: string): void {
    this.#ofKey(key, id)
    if (!this.#copy.reloads.has(id) && !this.#forgotten.has(id))
      this.#world.violate('acceptance-kept', `accepted reload ${id} is not there`)
  }

  canceled(id: ReloadId): void {
    this.#canceled.add(id)
    const row = this.#copy.reloads.get(id)
    if (row !== undefined) this.#cancelHolds(row)
  }

  look({ reloads, attempts }: Changes): void {
    for (const { before, after } of attempts) this.#attemptChanged(before, after)
    for (const change of reloads) this.#reloadChanged(change)
  }

  #reloadChanged({ id, before, after }: Change<Reload>): void {
    if (after === undefined) {
      this.#forgotten.add(id)
      if (!hasEnded(before)) this.#world.violate('acceptance-kept', `reload ${id} disappeared`)
      return
    }
    this.#moved(before, after)
    if (before === undefined) this.#ofKey(after.resourceId ?? id, id)
    this.#isOnlyActive(after)
    this.#attemptsFit(after)
    if (this.#canceled.has(id)) this.#cancelHolds(after)
    const last = this.#copy.attemptsOf(id).at(-1)
    if (after.state === 'SUCCEEDED' && last?.closed?.end.kind !== 'completed') {
      this.#world.violate(
        'success-has-data',
        `reload ${id} succeeded, its last attempt ${last?.closed?.end.kind}`,
      )
    }
  }

  #moved(before: Reload | undefined, after: Reload): void {
    const { id } = after
    if (before === undefined) {
      if (after.state !== 'QUEUED')
        this.#world.violate('state-moves', `reload ${id} appeared as ${after.state}`)
    } else if (before.state !== after.state) {
      this.#world.tell(
        undefined,
        `reload ${id}: ${before.state} -> ${after.state} (attempt ${after.attempts})`,
      )
      if (!(MOVES[before.state] ?? []).includes(after.state)) {
        this.#world.violate('state-moves', `reload ${id} went from ${before.state} to ${after.state}`)
      }
    } else if (hasEnded(before)) {
      this.#world.violate('state-moves', `reload ${id} changed after its outcome`)
    }
  }

  #ofKey(key: string, id: string): void {
    const known = this.#reloadOfKey.get(key) ?? id
    this.#reloadOfKey.set(key, known)
    if (known !== id) {
      this.#world.violate('one-request-one-reload', `request ${key} made reloads ${known} and ${id}`)
    }
  }

  #cancelHolds({ id, state }: Reload): void {
    if (state === 'CANCELING' || state === 'CANCELED') return
    this.#world.violate('cancel-holds', `reload ${id} is ${state}, a client was told that it is canceled`)
  }

  #isOnlyActive(after: Reload): void {
    const active = this.#activeOf.get(after.appId) ?? new Set()
    this.#activeOf.set(after.appId, active)
    if (hasEnded(after)) active.delete(after.id)
    else active.add(after.id)
    if (active.size <= 1) return
    this.#world.violate('one-active-reload', `app ${after.appId} has active reloads ${[...active]}`)
  }

  #attemptsFit(reload: Reload): void {
    const { id, attempts, state } = reload
    const rows = this.#copy.attemptsOf(id)
    const numbered = rows.length === attempts && rows.every(({ number }, i) => number === i + 1)
    if (!numbered) {
      const seen = rows.map(({ number }) => number)
      this.#world.violate('attempts-numbered', `reload ${id}, attempt ${attempts}, has attempts [${seen}]`)
      return
    }
    const open = rows.filter(({ closed }) => closed === undefined).length
    const lastOpen = rows.at(-1)?.closed === undefined && open === 1
    if (isRunning(reload) ? !lastOpen : open > 0) {
      this.#world.violate('attempts-numbered', `reload ${id} is ${state}, ${open} attempts open`)
    }
  }

  #attemptChanged(before: Attempt | undefined, after: Attempt | undefined): void {
    if (after === undefined) return
    const name = `attempt ${after.number} of ${after.reloadId}`
    if (before?.closed !== undefined) this.#world.violate('end-is-true', `${name} changed after its end`)
    if (before !== undefined && before.leaseToken !== after.leaseToken) {
      this.#world.violate('attempts-numbered', `${name} was opened twice`)
    }
    if (after.closed !== undefined) {
      this.#endIsTrue(after, name)
      this.#triesAreBounded(after)
    }
  }

  /** What an attempt is said to have ended with is what its own engine session ended with. */
  #endIsTrue(attempt: Attempt, name: string): void {
    const end = attempt.closed!.end
    const truth = this.#world.engines.session(attempt.reloadId, attempt.number)
    if (['completed', 'out-of-memory', 'crashed', 'script-error'].includes(end.kind)) {
      const noScript = end.kind === 'script-error' && truth === undefined
      if (truth?.end !== end.kind && !noScript) {
        this.#world.violate('end-is-true', `${name} is ${end.kind}, its session was ${truth?.end}`)
      }
    }
    if (end.kind === 'completed' && truth?.work.dataAfter !== end.data.version) {
      this.#world.violate('end-is-true', `${name} was settled with the data of another attempt`)
    }
  }

  #triesAreBounded({ reloadId }: Attempt): void {
    const faults = this.#copy.attemptsOf(reloadId).filter(({ closed }) => FAULTS.has(closed?.end.kind ?? ''))
    if (faults.length <= this.#retriesMax + 1) return
    this.#world.violate(
      'tries-bounded',
      `reload ${reloadId} was tried again after ${faults.length - 1} faults`,
    )
  }
}
