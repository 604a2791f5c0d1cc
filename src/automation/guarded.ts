/** Work on one automation or run: what fails is left alone for a while. */
import type { LeftAlone } from '../core/left-alone.ts'
import type { Log } from '../core/ports.ts'

/** @returns undefined when it failed, or is left alone */
export async function guarded<Answer>(
  log: Log,
  left: LeftAlone,
  id: string,
  work: () => Promise<Answer>,
): Promise<Answer | undefined> {
  if (left.has(id)) return undefined
  try {
    return await work()
  } catch (error) {
    left.leave(id)
    log.warn('an automation or run could not go on; it is tried again', { id, error: String(error) })
    return undefined
  }
}
