/** One step of one reload: whether its fence holds, and what is to be saved of it. */
import type { Reload } from '../../core/reload.ts'
import type { ReloadView, Saving, Transition, Transitioned } from '../port/reloads.ts'
import { isSaving } from './saving.ts'
import { assertRunEnds } from './task-runs.ts'

export interface Stepped<Refused> {
  readonly answer: Transitioned<Refused>
  /** To be saved before the answer is given. */
  readonly saving?: Saving
}

/**
 * @param reload as it is stored
 * @param view what the step is shown; asked only when the fence holds
 */
export function stepped<Refused>(
  { fence, step, stored }: Transition<Refused>,
  reload: Reload | undefined,
  view: (reload: Reload, stored: Transition<Refused>['stored']) => ReloadView,
): Stepped<Refused> {
  if (reload === undefined) return { answer: { kind: 'unknown' } }
  if (fence !== undefined && reload.lease !== fence) return { answer: { kind: 'fenced' } }
  const shown = view(reload, stored)
  const result = step(shown)
  if (!isSaving(result)) return { answer: { kind: 'refused', refusal: result, reload } }
  assertRunEnds(shown, result)
  return { answer: { kind: 'saved', reload: result.reload }, saving: result }
}
