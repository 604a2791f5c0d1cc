/**
 * A step about a task may make a reload: it is judged as if it had been asked for by itself (accepting.ts),
 * and nothing but what was judged accepted in the same step is saved.
 */
import type { Reload } from '../../core/reload.ts'
import type { Change, Decided, TaskView } from '../port/change.ts'
import type { Acceptance, Accepted } from '../port/reloads.ts'
import { type AcceptanceView, accepting } from './accepting.ts'

/** What a step gave back, with the reload that is to be saved. */
export type Judged<Answer> = Decided<Answer> & { readonly acceptance?: Acceptance }

/** @param stored what accepting is shown */
export function judged<Answer>(
  { tenantId, id, step }: Extract<Change<Answer>, { kind: 'task' }>,
  view: Omit<TaskView, 'judge'>,
  stored: (acceptance: Acceptance) => AcceptanceView,
): Judged<Answer> {
  const acceptable: Acceptance[] = []
  const judge = (acceptance: Acceptance): Accepted => {
    const answer = accepting(acceptance, stored(acceptance))
    if (answer.kind === 'accepted') acceptable.push(acceptance)
    return answer
  }
  const { accepted, ...decided } = step({ ...view, judge })
  if (accepted === undefined) return decided
  const acceptance = acceptable.find(({ reload }) => reload === accepted)
  if (acceptance === undefined) throw new Error(`reload ${accepted.id} was not judged accepted in this step`)
  const isItsRun = decided.put?.taskRuns?.some(({ reloadId }) => reloadId === accepted.id) === true
  must(isItsRun, accepted, 'the run of a task is saved with the reload it makes')
  const isOwn = accepted.tenantId === tenantId && accepted.taskId === id
  must(isOwn, accepted, 'a step makes reloads of its own task alone')
  return { ...decided, acceptance }
}

function must(holds: boolean, reload: Reload, rule: string): void {
  if (!holds) throw new Error(`broken invariant of reload ${reload.id}: ${rule}`)
}
