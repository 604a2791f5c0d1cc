/** Lock, fence, show, save: one step of one reload (ARCHITECTURE.md, section 3). */

import type { Transition, Transitioned } from '../port/reloads.ts'
import { stepped } from '../rule/stepping.ts'
import type { Save } from './save.ts'
import type { Views } from './view.ts'

export function prepareTransition(
  views: Views,
  save: Save,
): <Refused>(transition: Transition<Refused>) => Transitioned<Refused> {
  return (transition) => {
    const stored = views.stored(transition.reloadId)
    const { answer, saving } = stepped(transition, stored?.reload, (_, names) => views.view(stored!, names))
    if (stored !== undefined && saving !== undefined) save(stored, saving)
    return answer
  }
}
