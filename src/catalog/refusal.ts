/** A "no" of a use case: a value, never thrown. The catalogue of errors (core/errors.ts) has its code. */
import type { ErrorName } from '../core/errors.ts'

/** What is wrong, in words, and where. */
export interface Fault {
  readonly detail: string
  /** JSON Pointer (RFC 6901) into what was sent. */
  readonly pointer?: string
  /** Name of the parameter of a request. */
  readonly parameter?: string
  /** For programs. */
  readonly meta?: Readonly<Record<string, unknown>>
}

export interface Refused {
  readonly kind: 'refused'
  readonly reason: ErrorName
  /** At least one. */
  readonly faults: readonly Fault[]
}

export function refused(reason: ErrorName, detail: string, where: Omit<Fault, 'detail'> = {}): Refused {
  return { kind: 'refused', reason, faults: [{ detail, ...where }] }
}

export function isRefused(answer: unknown): answer is Refused {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'refused'
}
/** One refusal that names several faults, such as all wrong fields. */
export function refusedEach(reason: ErrorName, faults: readonly Fault[]): Refused {
  return { kind: 'refused', reason, faults }
}
