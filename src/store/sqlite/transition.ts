/** Lock, fence, show, save: one step of one reload (ARCHITECTURE.md, section 3). */

import type { Transition, Transitioned } from '../port/reloads.ts'
import { isSaving } from '../rule/saving.ts'
import type { Save } from './save.ts'
import type { Views } from './view.ts'

export function prepareTransition(
  views: Views,
  save: Save,
): <Refused>(transition: Transition<Refused>) => Transitioned<Refused> {
  return ({ reloadId, fence, step }) => {
    const stored = views.stored(reloadId)
    if (stored === undefined) return { kind: 'unknown' }
    const { reload } = stored
    if (fence !== undefined && reload.lease !== fence) return { kind: 'fenced' }
    const result = step(views.view(stored))
    if (!isSaving(result)) return { kind: 'refused', refusal: result, reload }
    save(stored, result)
    return { kind: 'saved', reload: result.reload }
  }
}
