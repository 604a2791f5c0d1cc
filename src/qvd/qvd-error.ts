/**
 * Thrown for a file that is damaged or no QVD: says what is wrong, in which field, and at which byte of the
 * file.
 */
export class QvdError extends Error {
  override readonly name = 'QvdError'
  /** Field with the fault. */
  readonly field: string | undefined
  /** Byte of the file at which the fault begins, from 0. */
  readonly position: number | undefined

  constructor(problem: string, field?: string, position?: number) {
    const where = position === undefined ? '' : ` (byte ${position} of the file)`
    super(`${field === undefined ? '' : `field '${field}': `}${problem}${where}`)
    this.field = field
    this.position = position
  }
}
