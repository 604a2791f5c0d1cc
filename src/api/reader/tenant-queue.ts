/**
 * Jobs that wait, in turns between tenants: each has at most one job at work and a bounded number that waits,
 * and whose turn was longest ago is next.
 */
import type { TenantId } from '../../core/ids.ts'

interface Line<Job> {
  readonly waiting: Job[]
  atWork: boolean
}

export class TenantQueue<Job> {
  readonly #waitingMax: number
  /** In the order of turns: the first had its last turn longest ago. Only those that have jobs. */
  readonly #lines = new Map<TenantId, Line<Job>>()

  /** @param waitingMax jobs of one tenant */
  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax
  }

  /** False when the tenant has too many waiting. */
  add(tenant: TenantId, job: Job): boolean {
    const line = this.#lines.get(tenant) ?? { waiting: [], atWork: false }
    this.#lines.set(tenant, line)
    if (line.waiting.length >= this.#waitingMax) return false
    line.waiting.push(job)
    return true
  }

  /** The job whose turn it is; undefined when none may begin. */
  take(): Job | undefined {
    for (const [tenant, line] of this.#lines) {
      if (line.atWork || line.waiting.length === 0) continue
      line.atWork = true
      this.#lines.delete(tenant)
      this.#lines.set(tenant, line)
      return line.waiting.shift()
    }
    return undefined
  }

  /** The tenant's job at work is over. */
  done(tenant: TenantId): void {
    const line = this.#lines.get(tenant)!
    line.atWork = false
    if (line.waiting.length === 0) this.#lines.delete(tenant)
  }

  /** A job that waits no more; does nothing if its turn has come. */
  remove(tenant: TenantId, job: Job): void {
    const line = this.#lines.get(tenant)
    const at = line?.waiting.indexOf(job) ?? -1
    if (at >= 0) line!.waiting.splice(at, 1)
    if (line?.waiting.length === 0 && !line.atWork) this.#lines.delete(tenant)
  }
}
