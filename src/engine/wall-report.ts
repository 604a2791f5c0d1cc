/** What stands around an engine process, as operators are told. */

export type WallKind = 'bwrap+seccomp' | 'none'

export interface WallReport {
  /** The second wall, by the operating system; the first is Node's permission model. */
  readonly kind: WallKind
  /** Why no second wall stands, with the remedy; absent when one does. */
  readonly missing?: string
  /** What the system said; for the log only, because it may name folders of this machine. */
  readonly cause?: string
}

/** Number of walls around an engine process, with Node's permission model as the first. */
export function wallsStanding({ kind }: WallReport): number {
  return kind === 'none' ? 1 : 2
}
