/**
 * All that can happen next: each step of each worker, a kill and a restart, a cancel, time passing. A worker
 * is a model of src/worker/ with one step for each thing that another one can come in between; what a step
 * decides comes from the real rules, and the memory store does it.
 */
import type { AttemptEnd } from '../../../src/core/attempt.ts'
import { defined } from '../../../src/core/defined.ts'
import type { DataVersion, PublicationId } from '../../../src/core/ids.ts'
import { DEFAULT_LIMITS } from '../../../src/core/limits.ts'
import { cancelReload } from '../../../src/intake/cancel.ts'
import { type Storing, settling } from '../../../src/outcome/settle.ts'
import { claimStep } from '../../../src/worker/claim.ts'
import { APP_ID, SPACE_ID, TENANT_ID } from '../../support/records.ts'
import { SIZES } from '../engine.ts'
import type { Scene } from './scene.ts'
import { msOf, type Running, type State, stored, type Worker } from './state.ts'

export interface Action {
  readonly name: string
  readonly take: (scene: Scene) => Promise<void>
}

const { leaseDurationMs } = DEFAULT_LIMITS
/** Longest that anything waits for, in ticks: the second back-off. */
const FAR = 8
const FAULT = { engineErrorCode: 11002, message: 'Unknown statement', line: 1, statement: 'x' }

export function actionsOf(state: State): Action[] {
  const actions: Action[] = []
  const can = (name: string, take: Action['take']) => actions.push({ name, take })
  state.workers.forEach((worker, w) => {
    const does = (name: string, take: Action['take']) => can(`worker ${w} ${name}`, take)
    if (worker.lives) living(state, worker, w, does)
    else does('starts', async (scene) => scene.worker(w, { lives: true }))
  })
  const [reload] = state.kept.reloads.values()
  if (state.cancels > 0 && reload?.endedAt === undefined) can('a client cancels', cancel)
  if (somethingWaits(state)) can('time passes', async (scene) => scene.change({ now: scene.state.now + 1 }))
  return actions
}

function living(state: State, worker: Worker, w: number, does: Does): void {
  if (state.kills > 0) does('is killed', kill(w))
  sweeps(worker, w, does)
  places(state, does)
  if (worker.running === undefined) claims(state, w, does)
  else attempts(state, worker.running, w, does)
}

type Does = (name: string, take: Action['take']) => void

function kill(w: number): Action['take'] {
  return async (scene) => {
    scene.worker(w, { lives: false })
    scene.change({ kills: scene.state.kills - 1 })
  }
}

async function cancel(scene: Scene): Promise<void> {
  const answer = await cancelReload({ ...scene.rules, store: scene.store }, TENANT_ID, scene.reload.id)
  const canceled = answer === 'canceled' || answer === 'canceling'
  scene.change({ cancels: scene.state.cancels - 1, canceled: scene.state.canceled || canceled })
}

/** Only while a time lies ahead that something waits for: nothing else can tell the states apart. */
function somethingWaits({ now, kept, workers }: State): boolean {
  const [reload] = kept.reloads.values()
  const open = [...kept.attempts.values()].filter(({ closed }) => closed === undefined)
  const ends = [
    reload?.state === 'QUEUED' ? reload.notBefore : 0,
    ...open.map(({ leaseExpiresAt }) => leaseExpiresAt),
    ...workers.map(({ running }) => (running === undefined ? 0 : msOf(running.trustedUntil))),
  ]
  return ends.some((ms) => ms > msOf(now)) && ends.every((ms) => ms <= msOf(now + FAR))
}

function claims({ lostAnswers }: State, w: number, does: Does): void {
  const claim = async (scene: Scene) => {
    const step = claimStep(
      { ...scene.rules, sizes: SIZES, limits: { leaseDurationMs }, workerId: scene.workerId(w) },
      msOf(scene.state.now),
      () => true,
    )
    const request = { now: msOf(scene.state.now), max: 1, concurrentReloadsPerTenant: 4, step }
    return (await scene.store.claim(request))[0]
  }
  does('claims', async (scene) => {
    const claimed = await claim(scene)
    if (claimed === undefined) return
    const { attempt, app } = claimed
    scene.run(w, {
      phase: 'claimed',
      attempt: attempt.number,
      lease: attempt.leaseToken,
      before: app.data?.version,
      after: `v${attempt.number}` as DataVersion,
      trustedUntil: scene.state.now + scene.trustTicks,
      told: 'held',
    })
  })
  if (lostAnswers === 0) return
  does('claims, and the answer is lost', async (scene) => {
    await claim(scene)
    scene.loseAnswer()
  })
}

function sweeps({ found }: Worker, w: number, does: Does): void {
  if (found === undefined) {
    does('looks for leases that ran out', async (scene) => {
      const leases = await scene.store.expiredLeases(msOf(scene.state.now), 10)
      if (leases.length > 0) scene.worker(w, { ...scene.state.workers[w]!, found: leases })
    })
    return
  }
  does('declares them lost', async (scene) => {
    await scene.store.transition(found.map(({ reloadId, lease }) => scene.sweep(reloadId, lease)))
    const { found: _done, ...rest } = scene.state.workers[w]!
    scene.worker(w, rest)
  })
}

function attempts(state: State, running: Running, w: number, does: Does): void {
  const { phase, told, trustedUntil, tried } = running
  if (phase === 'asked') settles(state, running, w, does)
  else if (phase === 'fenced') does('looks at the app', lookAtApp(running, w))
  else if (phase === 'leaving') does('deletes a file', deleteFile(running, w))
  else {
    if (phase === 'running') runs(running, w, does)
    if (told !== 'lost' && state.now < trustedUntil) {
      renews(state, running, w, does)
      goesOn(running, w, does)
    } else if (tried === undefined) {
      const leaving = { ...running, phase: 'leaving', leftover: running.after } as const
      does('gives up without its lease', async (scene) => scene.run(w, leaving))
    } else does('does not know what became of it', async (scene) => scene.run(w, undefined))
  }
}

/** What its engine does, whether the worker still has its lease or not. */
function runs(running: Running, w: number, does: Does): void {
  for (const kind of ['completed', 'crashed', 'script-error'] as const) {
    does(`sees its engine end: ${kind}`, ends(running, w, kind))
  }
  if (running.told === 'canceling') does('stops its engine', ends(running, w, 'canceled'))
}

/** What only a worker does that trusts its lease. */
function goesOn(running: Running, w: number, does: Does): void {
  const { phase, told, after } = running
  if (phase === 'ended') {
    does('asks to settle', async (scene) => scene.run(w, { ...running, phase: 'asked' }))
  } else if (phase === 'claimed' && told === 'canceling') {
    does('stops before its engine', ends(running, w, 'canceled'))
  } else if (phase === 'claimed') {
    does('starts its engine', async (scene) => {
      scene.writeFile(after, 'torn')
      scene.run(w, { ...running, phase: 'running', read: stored(scene.state) })
    })
  }
}

function deleteFile({ leftover }: Running, w: number): Action['take'] {
  return async (scene) => {
    if (leftover !== undefined) scene.removeFile(leftover)
    scene.run(w, undefined)
  }
}

function ends(running: Running, w: number, kind: 'completed' | 'crashed' | 'script-error' | 'canceled') {
  return async (scene: Scene) => {
    const engineTime = msOf(scene.state.now)
    const all: Readonly<Record<typeof kind, AttemptEnd>> = {
      completed: { kind: 'completed', data: { version: running.after, engineTime, fileBytes: 1 } },
      crashed: { kind: 'crashed', message: 'it crashed' },
      'script-error': { kind: 'script-error', fault: FAULT },
      canceled: { kind: 'canceled' },
    }
    if (kind === 'completed') {
      scene.writeFile(running.after, 'whole')
      await scene.engineCompleted(running.after, running.read ?? 0)
    }
    scene.run(w, { ...running, phase: 'ended', end: all[kind] })
  }
}

function renews({ lostAnswers }: State, running: Running, w: number, does: Does): void {
  const renew = async (scene: Scene) => {
    const leaseExpiresAt = msOf(scene.state.now) + leaseDurationMs
    const renewal = { reloadId: scene.reload.id, lease: running.lease, leaseExpiresAt }
    return (await scene.store.renewLeases([renewal]))[0]!
  }
  does('renews its lease', async (scene) => {
    const told = await renew(scene)
    const trustedUntil = told === 'lost' ? running.trustedUntil : scene.state.now + scene.trustTicks
    scene.run(w, { ...running, told, trustedUntil })
  })
  if (lostAnswers === 0) return
  does('renews its lease, and the answer is lost', async (scene) => {
    await renew(scene)
    scene.loseAnswer()
  })
}

/** The request is under way: it may get there long after its worker has lost the lease. */
function settles({ lostAnswers }: State, running: Running, w: number, does: Does): void {
  const end = running.end!
  const settle = async (scene: Scene) => {
    const transition = settling(scene.rules, scene.reload.id, running.lease, { end }, storing(scene, running))
    return (await scene.store.transition([transition]))[0]!
  }
  does('settles', async (scene) => {
    const answer = await settle(scene)
    if (end.kind !== 'completed')
      return scene.run(w, { ...running, phase: 'leaving', leftover: running.after })
    if (answer.kind !== 'saved') return scene.run(w, { ...running, phase: 'fenced' })
    scene.run(w, left(running, answer.reload.state === 'SUCCEEDED'))
  })
  if (lostAnswers === 0) return
  does('settles, and the answer is lost', async (scene) => {
    await settle(scene)
    scene.run(w, { ...running, phase: 'ended', tried: true })
    scene.loseAnswer()
  })
}

/** Only a success is saved with it. */
function storing({ reload }: Scene, { read = 0, attempt }: Running): Storing {
  const name = { place: { spaceId: SPACE_ID }, name: 'h.qvd' }
  const id = `publication ${attempt}` as PublicationId
  const files = [{ ...name, content: `${read + 1}`, bytes: 1 }]
  const publication = { id, tenantId: TENANT_ID, reloadId: reload.id, files }
  return { names: [name], step: () => ({ dataFiles: [], apps: [], taskRuns: [], publication }) }
}

/** Any worker puts into its place what was published; a kill may come before that is known. */
function places({ kept, placed }: State, does: Does): void {
  const [publication] = kept.publications.values()
  if (publication === undefined) return
  const content = Number(publication.files[0]!.content)
  if (placed !== content) {
    does('puts the stored file into its place', async (scene) => scene.change({ placed: content }))
  } else {
    does('forgets the publication', async (scene) => scene.store.published(publication.id))
  }
}

function lookAtApp(running: Running, w: number): Action['take'] {
  return async (scene) => {
    const app = await scene.store.app(TENANT_ID, APP_ID)
    scene.run(w, left(running, app?.data?.version === running.after))
  }
}

function left(running: Running, kept: boolean): Running {
  const { leftover: _none, ...rest } = running
  const leftover = kept ? running.before : running.after
  return { ...rest, phase: 'leaving', ...defined({ leftover }) }
}
