/**
 * What may be forgotten. A store reads the `max` oldest of a kind, by a key that grows with time, and removes
 * those of them that are over; of events it remembers the newest sequence that is gone.
 */
import type { Forget } from '../port/history.ts'

/** A run of a task goes like a reload. @param endedAt absent while it is active */
export function mayForgetReload(endedAt: number | undefined, { reloadsBefore }: Forget): boolean {
  return isBefore(endedAt, reloadsBefore)
}

/** @param endedAt of the log's reload */
export function mayForgetLog(endedAt: number | undefined, { scriptLogsBefore }: Forget): boolean {
  return isBefore(endedAt, scriptLogsBefore)
}

/** @param isPending whether a delivery of it is still to be made */
export function mayForgetEvent(time: number, isPending: boolean, { eventsBefore }: Forget): boolean {
  return !isPending && isBefore(time, eventsBefore)
}

export function mayForgetSend(triggeredAt: number, { sendsBefore }: Forget): boolean {
  return isBefore(triggeredAt, sendsBefore)
}

function isBefore(at: number | undefined, moment: number): boolean {
  return at !== undefined && at < moment
}
