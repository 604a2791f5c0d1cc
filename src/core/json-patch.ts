/**
 * JSON Patch (RFC 6902) over plain JSON, all or nothing. What is given stays as it is: the result is a new
 * value. Total and bounded: a copy of a copy cannot grow beyond `NODES_MAX`.
 */
export const PATCH_OPERATIONS = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const

export interface PatchOperation {
  readonly op: (typeof PATCH_OPERATIONS)[number]
  /** JSON Pointer (RFC 6901). */
  readonly path: string
  /** JSON Pointer; of `move` and `copy`. */
  readonly from?: string
  /** Of `add`, `replace` and `test`. */
  readonly value?: unknown
}

export type Patched =
  | { readonly kind: 'patched'; readonly document: unknown }
  /** `pointer` leads into the list of operations. */
  | { readonly kind: 'fault'; readonly pointer: string; readonly detail: string }

/** Values of a result, nested ones included: far more than any body that is decoded here has. */
const NODES_MAX = 10_000

export function applyPatch(document: unknown, operations: readonly PatchOperation[]): Patched {
  let patched = document
  for (const [index, operation] of operations.entries()) {
    try {
      patched = applied(patched, operation)
    } catch (caught) {
      if (!(caught instanceof Unfit)) throw caught
      return { kind: 'fault', pointer: `/${index}/${caught.member}`, detail: caught.message }
    }
  }
  return { kind: 'patched', document: patched }
}

/** Ends an operation from any depth; never leaves this file. */
class Unfit extends Error {
  readonly member: 'path' | 'from' | 'value'

  constructor(member: 'path' | 'from' | 'value', detail: string) {
    super(detail)
    this.member = member
  }
}

function applied(document: unknown, operation: PatchOperation): unknown {
  const { op, value } = operation
  const path = stepsOf(operation.path, 'path')
  switch (op) {
    case 'remove':
      return without(document, path, 'path')
    case 'add':
      return withValue(document, path, wanted(operation), 'add')
    case 'replace':
      return withValue(document, path, wanted(operation), 'replace')
    case 'test':
      if (!isSame(valueAt(document, path, 'path'), value)) {
        throw new Unfit('value', 'the document has another value there')
      }
      return document
    case 'copy':
    case 'move': {
      if (operation.from === undefined) throw new Unfit('from', `${op} needs from`)
      const from = stepsOf(operation.from, 'from')
      const found = valueAt(document, from, 'from')
      if (op === 'copy') return bounded(withValue(document, path, found, 'add'))
      if (path.length > from.length && from.every((step, at) => step === path[at])) {
        throw new Unfit('path', 'a value cannot be moved into itself')
      }
      return withValue(without(document, from, 'from'), path, found, 'add')
    }
  }
}

function wanted({ op, value }: PatchOperation): unknown {
  if (value === undefined) throw new Unfit('value', `${op} needs a value`)
  return value
}

function stepsOf(pointer: string, member: 'path' | 'from'): string[] {
  if (pointer === '') return []
  const [root, ...steps] = pointer.split('/')
  if (root !== '' || /~(?![01])/.test(pointer)) {
    throw new Unfit(member, `${member} must be a JSON Pointer (RFC 6901), such as /enabled`)
  }
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function valueAt(document: unknown, steps: readonly string[], member: 'path' | 'from'): unknown {
  let at = document
  for (const step of steps) {
    if (Array.isArray(at)) at = at[indexIn(at, step, at.length - 1, member)]
    else if (isObject(at) && Object.hasOwn(at, step)) at = at[step]
    else throw nothingThere(member)
  }
  return at
}

/** Changes what holds the last step; everything on the way there is copied. */
function changed(
  document: unknown,
  steps: readonly string[],
  member: 'path' | 'from',
  change: (holder: readonly unknown[] | Record<string, unknown>, step: string) => unknown,
): unknown {
  const [step, ...deeper] = steps as readonly [string, ...string[]]
  if (!Array.isArray(document) && !isObject(document)) throw nothingThere(member)
  if (deeper.length === 0) return change(document, step)
  const inner = changed(valueAt(document, [step], member), deeper, member, change)
  if (!Array.isArray(document)) return { ...document, [step]: inner }
  return document.with(Number(step), inner)
}

function withValue(
  document: unknown,
  steps: readonly string[],
  value: unknown,
  op: 'add' | 'replace',
): unknown {
  if (steps.length === 0) return value
  return changed(document, steps, 'path', (holder, step) => {
    if (Array.isArray(holder)) {
      if (op === 'replace') return holder.with(indexIn(holder, step, holder.length - 1, 'path'), value)
      const at = step === '-' ? holder.length : indexIn(holder, step, holder.length, 'path')
      return holder.toSpliced(at, 0, value)
    }
    if (op === 'replace' && !Object.hasOwn(holder, step)) throw nothingThere('path')
    return { ...holder, [step]: value }
  })
}

function without(document: unknown, steps: readonly string[], member: 'path' | 'from'): unknown {
  if (steps.length === 0) throw new Unfit(member, 'the whole document cannot be removed')
  return changed(document, steps, member, (holder, step) => {
    if (Array.isArray(holder)) return holder.toSpliced(indexIn(holder, step, holder.length - 1, member), 1)
    if (!Object.hasOwn(holder, step)) throw nothingThere(member)
    return Object.fromEntries(Object.entries(holder).filter(([name]) => name !== step))
  })
}

function indexIn(list: readonly unknown[], step: string, most: number, member: 'path' | 'from'): number {
  const index = /^(?:0|[1-9]\d{0,8})$/.test(step) ? Number(step) : Number.NaN
  if (index <= most) return index
  throw new Unfit(member, `${member} must name a place in a list of ${list.length}`)
}

function nothingThere(member: 'path' | 'from'): Unfit {
  return new Unfit(member, `${member} names nothing that the document has`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bounded(document: unknown): unknown {
  const open: unknown[] = [document]
  for (let nodes = 0; open.length > 0; nodes++) {
    if (nodes + open.length > NODES_MAX) throw new Unfit('path', 'the document becomes too large')
    const value = open.pop()
    if (typeof value === 'object' && value !== null) open.push(...Object.values(value))
  }
  return document
}

function isSame(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, at) => isSame(value, right[at]))
  }
  if (isObject(left) && isObject(right)) {
    const names = Object.keys(left)
    return (
      names.length === Object.keys(right).length &&
      names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]))
    )
  }
  return left === right
}
