/**
 * A step reloads its app: the reload is asked for once, under the id that the run drew and saved before, by
 * the same way in as every request; then its outcome is looked at. While the app has another active reload
 * the step waits for the end of that one.
 */
import type { Json, ReloadStep } from '../core/automation/automation.ts'
import type { StepNews } from '../core/automation/progress.ts'
import type { AutomationRun, StepResult } from '../core/automation/run.ts'
import { type Scope, scopeOf } from '../core/automation/scope.ts'
import { type Rendered, renderText } from '../core/automation/template.ts'
import { defined } from '../core/defined.ts'
import type { AppId, ReloadId } from '../core/ids.ts'
import { isOutcome } from '../core/outcome.ts'
import type { Reload } from '../core/reload.ts'
import { type AcceptAnswer, type AcceptDeps, acceptReload } from '../intake/accept.ts'
import type { PeopleStore } from '../store/port/people.ts'
import type { ReloadStore } from '../store/port/reloads.ts'

export interface ReloadDeps extends AcceptDeps {
  readonly store: AcceptDeps['store'] & Pick<ReloadStore, 'reload'> & Pick<PeopleStore, 'user'>
}

export async function reloadStep(
  deps: ReloadDeps,
  run: AutomationRun,
  step: ReloadStep,
  { awaits }: StepResult,
  reloadId: ReloadId,
): Promise<StepNews> {
  const made = await deps.store.reload(run.tenantId, reloadId)
  if (made !== undefined) {
    return isOutcome(made.state) ? outcomeNews(made) : { kind: 'awaits', reloadId }
  }
  if (awaits === reloadId) return failed('its reload is gone: the history was forgotten')
  const asked = wish(step, scopeOf(run))
  if (asked.kind === 'fault') return failed(asked.detail)
  const user = await deps.store.user(run.tenantId, run.ownerId)
  if (user === undefined) return failed("the automation's owner was deleted")
  const { appId, variables } = asked.value
  const { partial, weight } = step
  const answer = await acceptReload(deps, {
    id: reloadId,
    appId,
    user,
    provenance: { authType: 'system', automationChain: run.chain },
    partial,
    variables,
    ...defined({ weight }),
    resourceType: 'automate',
    resourceId: run.automationId,
  })
  const sent: Json = { appId, partial, variables, ...defined({ weight }) }
  switch (answer.kind) {
    case 'accepted':
    case 'repeated':
      return { kind: 'awaits', reloadId, sent }
    case 'pending':
      return { kind: 'awaits', reloadId: answer.pendingReloadId, sent }
    default:
      return { ...failed(refusalText(answer)), sent }
  }
}

interface Wish {
  readonly appId: AppId
  readonly variables: Readonly<Record<string, string>>
}

function wish(step: ReloadStep, scope: Scope): Rendered<Wish> {
  const appId = renderText(step.appId, scope, 'text')
  if (appId.kind === 'fault') return { kind: 'fault', detail: `appId: ${appId.detail}` }
  const variables: Record<string, string> = {}
  for (const [name, template] of Object.entries(step.variables)) {
    const value = renderText(template, scope, 'text')
    if (value.kind === 'fault') return { kind: 'fault', detail: `${name}: ${value.detail}` }
    variables[name] = value.value
  }
  return { kind: 'rendered', value: { appId: appId.value as AppId, variables } }
}

function outcomeNews(reload: Reload): StepNews {
  const { id, appId, state, errorCode, errorMessage } = reload
  const answer: Json = { reloadId: id, appId, outcome: state, ...defined({ errorCode, errorMessage }) }
  if (state === 'SUCCEEDED') return { kind: 'ended', state: 'succeeded', answer }
  const error = `the reload ended ${state}${errorMessage === undefined ? '' : `: ${errorMessage}`}`
  return { kind: 'ended', state: 'failed', answer, error }
}

function failed(error: string): StepNews & { readonly kind: 'ended' } {
  return { kind: 'ended', state: 'failed', error }
}

function refusalText(answer: Exclude<AcceptAnswer, { kind: 'accepted' | 'repeated' | 'pending' }>): string {
  switch (answer.kind) {
    case 'invalid':
      return answer.faults.map(({ detail }) => detail).join('; ')
    case 'no-app':
      return 'there is no such app'
    case 'no-right':
      return "the automation's owner may not reload the app"
    case 'quota-exceeded':
      return 'the daily limit of reloads of this app is reached'
    case 'other-payload':
      throw new Error('a reload without a key was answered with one')
  }
}
