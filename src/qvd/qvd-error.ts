/** A QVD file that is damaged, or is none: what is wrong, in which field, and at which byte of the file. */
export class QvdError extends Error {
  override readonly name = 'QvdError'
  /** The field whose description or symbols are wrong. */
  readonly field: string | undefined
  /** Byte of the file, from 0, where what is wrong begins. */
  readonly position: number | undefined

  constructor(problem: string, field?: string, position?: number) {
    const where = position === undefined ? '' : ` (byte ${position} of the file)`
    super(`${field === undefined ? '' : `field '${field}': `}${problem}${where}`)
    this.field = field
    this.position = position
  }
}
