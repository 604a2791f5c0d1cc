/** Runs are asked for by hand, by a call of the trigger address, or as a repetition; and asked to stop. */
import { changeOne } from '../catalog/deps.ts'
import { isRefused, type Refused, refused } from '../catalog/refusal.ts'
import type { Automation, Json } from '../core/automation/automation.ts'
import { INPUT_MAX_BYTES, WAITING_RUNS_MAX } from '../core/automation/limits.ts'
import type { AutomationRun, RunCause } from '../core/automation/run.ts'
import { sameJson } from '../core/automation/same-json.ts'
import type { Caller } from '../core/caller.ts'
import { type AutomationId, type AutomationRunId, newTimeUuid } from '../core/ids.ts'
import { isDeeperThan, LEVELS_MAX } from '../core/json-depth.ts'
import type { Clock, Random } from '../core/ports.ts'
import { utf8Bytes } from '../core/utf8.ts'
import type { AutomationStore } from '../store/port/automations.ts'
import type { ChangeStore } from '../store/port/change.ts'
import { findAutomation } from './automation.ts'
import { type Asked, asking, stopping } from './run-steps.ts'

export interface RunUseDeps {
  readonly store: ChangeStore &
    Pick<AutomationStore, 'automation' | 'automationRun' | 'automationOfAnyTenant'>
  readonly world: { readonly clock: Clock; readonly random: Random }
  /** Whether the SHA-256 of the token is this one; takes the same time whatever the answer. */
  readonly isHashOf: (token: string, hash: string) => boolean
}

export interface AskedRun {
  readonly run: AutomationRun
  /** It was asked for before under the same key. */
  readonly repeated: boolean
}

/** @param key the same run is meant by the same key */
export async function runByHand(
  deps: RunUseDeps,
  caller: Caller,
  id: string,
  input: Json,
  key: string | undefined,
): Promise<AskedRun | Refused> {
  const found = await findAutomation(deps, caller, id, 'own')
  if (isRefused(found)) return found
  const cause: RunCause = { kind: 'hand', userId: caller.user.id }
  return ask(deps, found, { cause, input, ...(key === undefined ? {} : { key: `hand:${key}` }) })
}

/**
 * Who calls has nothing but the token. What is wrong with it is not told.
 * @param admit called when the token is right; may throw
 */
export async function runByCall(
  deps: RunUseDeps,
  id: string,
  token: string,
  input: Json,
  key: string | undefined,
  admit: () => void,
): Promise<AskedRun | Refused> {
  const found = await deps.store.automationOfAnyTenant(id as AutomationId)
  const hash = found?.tokenHash
  const isRight = deps.isHashOf(token, hash ?? '')
  if (found === undefined || hash === undefined || !isRight || found.document.trigger.kind !== 'webhook') {
    return refused('unauthorized', 'there is no automation with this id and this token')
  }
  admit()
  return ask(deps, found, {
    cause: { kind: 'webhook' },
    input,
    ...(key === undefined ? {} : { key: `call:${key}` }),
  })
}

/** A new run with the input of that one, of the automation as it is now. */
export async function retryRun(
  deps: RunUseDeps,
  caller: Caller,
  id: string,
  runId: string,
): Promise<AskedRun | Refused> {
  const found = await findRun(deps, caller, id, runId)
  if (isRefused(found)) return found
  const { automation, run } = found
  const cause: RunCause = { kind: 'retry', userId: caller.user.id, of: run.id }
  return ask(deps, automation, { cause, input: run.input })
}

export async function stopRun(
  deps: RunUseDeps,
  caller: Caller,
  id: string,
  runId: string,
): Promise<AutomationRun | Refused> {
  const found = await findRun(deps, caller, id, runId)
  if (isRefused(found)) return found
  const { tenantId, id: automationId } = found.automation
  const { clock, random } = deps.world
  const ref = { tenantId, automationId, runId: found.run.id }
  return (await changeOne(deps.store, stopping({ clock, random }, ref))) ?? found.run
}

/** Only the owner sees what a run was about. */
export async function findRun(
  { store }: Pick<RunUseDeps, 'store'>,
  caller: Caller,
  id: string,
  runId: string,
): Promise<{ readonly automation: Automation; readonly run: AutomationRun } | Refused> {
  const automation = await findAutomation({ store }, caller, id, 'own')
  if (isRefused(automation)) return automation
  const run = await store.automationRun(caller.tenantId, runId as AutomationRunId)
  if (run?.automationId !== automation.id) {
    return refused('notFound', 'the automation has no run with this id', { parameter: 'runId' })
  }
  return { automation, run }
}

async function ask(
  { store, world }: RunUseDeps,
  { tenantId, id }: Automation,
  wanted: { readonly cause: RunCause; readonly input: Json; readonly key?: string },
): Promise<AskedRun | Refused> {
  if (isDeeperThan(wanted.input, LEVELS_MAX)) {
    return refused('badRequest', `the input of a run is nested at most ${LEVELS_MAX} levels deep`)
  }
  if (utf8Bytes(JSON.stringify(wanted.input)) > INPUT_MAX_BYTES) {
    return refused('tooLarge', `the input of a run has at most ${INPUT_MAX_BYTES} bytes as JSON`)
  }
  const now = world.clock.now()
  const runId = newTimeUuid<'automation-run'>(world.random, now)
  const { key = `once:${runId}` } = wanted
  const asked = await changeOne<Asked | Refused>(store, {
    kind: 'automation',
    tenantId,
    id,
    keys: [key],
    step: (view) => {
      const { automation } = view
      if (automation === undefined) return { answer: refused('notFound', 'the automation was deleted') }
      return asking(view, automation, { ...wanted, id: runId, key, now })
    },
  })
  switch (asked.kind) {
    case 'refused':
      return asked
    case 'disabled':
      return refused('conflict', 'the automation is disabled: enable it first')
    case 'full':
      return refused('busy', `${WAITING_RUNS_MAX} runs of this automation wait already: try again later`)
    case 'repeated':
      if (!sameJson(asked.run.input, wanted.input)) {
        return refused('idempotencyMismatch', 'under this key a run was asked for with another input')
      }
      return { run: asked.run, repeated: true }
    default:
      return { run: asked.run, repeated: false }
  }
}
