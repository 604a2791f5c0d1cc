/** Lock, fence, show, save: one step of one reload (ARCHITECTURE.md, section 3). */
import { isSaving } from '../saving.ts'
import type { Transition, Transitioned } from '../store.ts'
import type { Save } from './save.ts'
import type { Views } from './view.ts'

export function prepareTransition(
  views: Views,
  save: Save,
): <Refused>(transition: Transition<Refused>) => Transitioned<Refused> {
  return ({ reloadId, fence, step }) => {
    const reload = views.reload(reloadId)
    if (reload === undefined) return { kind: 'unknown' }
    if (fence !== undefined && reload.lease !== fence) return { kind: 'fenced' }
    const view = views.view(reload)
    const result = step(view)
    if (!isSaving(result)) return { kind: 'refused', refusal: result, reload }
    save(reload, view.attempt, result)
    return { kind: 'saved', reload: result.reload }
  }
}
