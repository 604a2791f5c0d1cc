/**
 * What every part of the memory store writes through. A verb saves all of its batch or, when it throws,
 * nothing; what it noted is told after it saved.
 */

import type { CommitNotice } from '../port/store.ts'
import { Notices } from '../rule/notices.ts'
import { Turns } from '../rule/turns.ts'
import { countQueue } from './queue-count.ts'
import { Tables } from './tables.ts'

export class MemoryTransactions {
  protected readonly tables = new Tables()
  protected readonly notices = new Notices()
  protected readonly turns = new Turns(
    () => countQueue(this.tables),
    (tenantId) => this.tables.tenants.get(tenantId)?.limits ?? {},
  )

  onCommit(listener: (changed: CommitNotice) => void): () => void {
    return this.notices.listen(listener)
  }

  /** Never called inside itself. */
  protected atomically<T>(work: () => T): T {
    try {
      const result = this.tables.journal.atomically(work)
      this.notices.publish()
      return result
    } catch (error) {
      this.notices.discard()
      this.turns.forget()
      throw error
    }
  }
}
