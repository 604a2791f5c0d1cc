/**
 * JSON Patch (RFC 6902) on the settings of a webhook: only `add`, `remove` and `replace`, on the paths of the
 * contract (04, section 2.1), all or nothing. The caller checks the result. Pure.
 */
import { pointerStep } from '../core/json-pointer.ts'
import type { SettingsFault } from './settings-fault.ts'

export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace'
  readonly path: string
  readonly value?: unknown
}

export type Document = Readonly<Record<string, unknown>>

export type Patched =
  | {
      readonly kind: 'patched'
      readonly document: Document
      readonly encryptedNamesSet: ReadonlySet<string> | 'all'
    }
  /** The path is read-only. */
  | { readonly kind: 'read-only'; readonly index: number; readonly path: string }
  | { readonly kind: 'fault'; readonly fault: SettingsFault }

export interface PatchRules {
  readonly fields: readonly string[]
  /** Maps whose members can be set one by one. */
  readonly maps: readonly string[]
  readonly readOnly: readonly string[]
}

interface State {
  readonly document: Record<string, unknown>
  /** Names of encrypted headers that the patch set; all if it set the whole map. */
  encryptedNamesSet: Set<string> | 'all'
}

export function patchSettings(
  before: Document,
  operations: readonly PatchOperation[],
  rules: PatchRules,
): Patched {
  const state: State = { document: { ...before }, encryptedNamesSet: new Set() }
  for (const [index, operation] of operations.entries()) {
    const [root, field = '', member, ...deeper] = operation.path.split('/')
    const fault = (detail: string): Patched => ({
      kind: 'fault',
      fault: { pointer: `/${index}/path`, detail },
    })
    if (root === '' && rules.readOnly.includes(field)) return { kind: 'read-only', index, path: `/${field}` }
    const known = root === '' && deeper.length === 0 && rules.fields.includes(field)
    if (!known || (member !== undefined && !rules.maps.includes(field))) {
      return fault(`the path must be one of ${offered(rules)}`)
    }
    if (operation.op !== 'remove' && operation.value === undefined) {
      return { kind: 'fault', fault: { pointer: `/${index}/value`, detail: `${operation.op} needs a value` } }
    }
    const problem =
      member === undefined
        ? changeField(state, field, operation)
        : changeMember(state, field, unescaped(member), operation)
    if (problem !== undefined) return fault(problem)
  }
  return { kind: 'patched', document: state.document, encryptedNamesSet: state.encryptedNamesSet }
}

/** `replace` also sets an absent field: clients cannot see whether a secret or a filter is set. */
function changeField(state: State, field: string, { op, value }: PatchOperation): string | undefined {
  const { document } = state
  if (op !== 'remove') document[field] = value
  else if (document[field] === undefined) return `there is no ${field} to remove`
  else delete document[field]
  if (field === 'encryptedHeaders') state.encryptedNamesSet = 'all'
  return undefined
}

function changeMember(
  state: State,
  field: string,
  name: string,
  { op, value }: PatchOperation,
): string | undefined {
  const held = state.document[field] ?? {}
  if (typeof held !== 'object' || Array.isArray(held)) return `${field} is no object`
  const members = new Map<string, unknown>(Object.entries(held))
  if (op !== 'remove') members.set(name, value)
  else if (!members.delete(name)) return `there is no ${field}/${pointerStep(name)} to remove`
  state.document[field] = Object.fromEntries(members)
  if (field === 'encryptedHeaders' && op !== 'remove' && state.encryptedNamesSet !== 'all') {
    state.encryptedNamesSet.add(name)
  }
  return undefined
}

function offered({ fields, maps }: PatchRules): string {
  return [...fields.map((field) => `/${field}`), ...maps.map((field) => `/${field}/<name>`)].join(', ')
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
