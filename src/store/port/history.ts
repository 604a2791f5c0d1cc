/** Forgetting what is long over. */
/**
 * What is over before these moments is forgotten, epoch ms; of each kind at most the `max` oldest are looked
 * at.
 */
export interface Forget {
  /** The time that this installation has seen, kept for `seenAt`. */
  readonly seenAt: number
  /** Reloads that ended before, with their attempts and logs; and runs of tasks and automations that did. */
  readonly reloadsBefore: number
  /** Full script logs of reloads that ended before. */
  readonly scriptLogsBefore: number
  /** Events of before without a pending delivery, with their ended deliveries. */
  readonly eventsBefore: number
  readonly sendsBefore: number
  readonly max: number
}

/** How many of each were removed. */
export interface Forgotten {
  readonly reloads: number
  readonly scriptLogs: number
  readonly events: number
  readonly sends: number
  readonly taskRuns: number
  readonly automationRuns: number
}

export interface HistoryStore {
  forget(request: Forget): Promise<Forgotten>
  /** What `forget` was told last; before that the time of the newest record. Undefined when there is none. */
  seenAt(): Promise<number | undefined>
}
