/** Tries a fault at every step of a history, or at every write: then all has to come to its end. */
import type { Canary } from '../canary/canary.ts'
import type { StepFault, WriteFault } from './faults.ts'
import { history, type Told } from './history.ts'

export interface Tried {
  /** Histories that were run. */
  readonly histories: number
  /** The first that broke a promise, and where the fault came. */
  readonly broken?: Told & { readonly at: number }
}

/** From one history to the next the step of the fault moves by `stride`. */
export async function atEveryStep(
  seed: number,
  fault: StepFault,
  { canary, stride = 1 }: { readonly canary?: Canary; readonly stride?: number } = {},
): Promise<Tried> {
  const { inject } = fault
  const planted = canary === undefined ? {} : { canary }
  return tried(seed, 'steps', stride, (at) => history(seed, { injected: { at, inject }, ...planted }))
}

export async function atEveryWrite(
  seed: number,
  { forMs }: WriteFault,
  { canary, stride = 1 }: { readonly canary?: Canary; readonly stride?: number } = {},
): Promise<Tried> {
  const planted = canary === undefined ? {} : { canary }
  return tried(seed, 'writes', stride, (at) =>
    history(seed, { writes: { number: at + 1, forMs }, ...planted }),
  )
}

async function tried(
  seed: number,
  of: 'steps' | 'writes',
  stride: number,
  run: (at: number) => Promise<Told>,
): Promise<Tried> {
  const undisturbed = (await history(seed, {}))[of]
  let histories = 0
  for (let at = 0; at < undisturbed; at += stride) {
    const told = await run(at)
    histories += 1
    if (told.rule !== undefined) return { histories, broken: { ...told, at } }
  }
  return { histories }
}
