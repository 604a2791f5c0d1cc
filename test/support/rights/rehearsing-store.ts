/**
 * A memory store whose changes of the catalog are only rehearsed once it is told so: steps run and their
 * answers come back, and nothing is saved. So one scene serves thousands of requests that would change it.
 */
import { MemoryStore } from '../../../src/store/memory/memory-store.ts'
import type { Change } from '../../../src/store/port/change.ts'

class Rehearsed extends Error {}

export class RehearsingStore extends MemoryStore {
  rehearses = false

  override async change<Answer>(batch: readonly Change<Answer>[]): Promise<Answer[]> {
    const [first] = batch
    if (!this.rehearses || first === undefined) return super.change(batch)
    const answers: Answer[] = []
    const heard = batch.map((change) => {
      const step = (view: never) => {
        const decided = (change.step as (view: never) => { readonly answer: Answer })(view)
        answers.push(decided.answer)
        return decided
      }
      return { ...change, step } as Change<Answer>
    })
    const curtain: Change<Answer> = {
      kind: 'tenant',
      tenantId: first.tenantId,
      step: () => {
        throw new Rehearsed()
      },
    }
    try {
      return await super.change([...heard, curtain])
    } catch (error) {
      if (error instanceof Rehearsed) return answers
      throw error
    }
  }
}
