/**
 * JSON Patch of a user as clients send it: `replace`, `set`, `add`, `remove`, `unset`, `remove-value` and
 * `renew`, with or without the slash before the field.
 */
import { type Static, Type } from 'typebox'
import { GROUPS_OF_USER_MAX, type GroupReference } from '../../core/group.ts'
import type { ZoneOffsets } from '../../core/recurrence/local-clock.ts'
import type { ListChange, UserEdit } from '../../core/user-edit.ts'
import { refuse } from '../http/problem.ts'
import { assertShape } from '../http/validate.ts'
import { RoleReferences, rolesNamed } from './role-wire.ts'
import { EMAIL, type Limited, LOCALE, NAME, PICTURE, textFault, ZONE } from './user-texts.ts'

export const UserPatch = Type.Array(
  Type.Object({
    op: Type.String({
      maxLength: 32,
      description: 'replace, set, add, remove, unset, remove-value or renew',
    }),
    path: Type.String({
      maxLength: 64,
      description:
        '/name, /email, /picture, /status, /assignedRoles, /assignedGroups, /preferredLocale, /preferredZoneinfo or /inviteExpiry',
    }),
    value: Type.Optional(Type.Unknown()),
  }),
  { minItems: 1, maxItems: 20 },
)

const GroupReferences = Type.Array(
  Type.Union([
    Type.String({ maxLength: 256 }),
    Type.Object({
      id: Type.Optional(Type.String({ maxLength: 64 })),
      name: Type.Optional(Type.String({ maxLength: 256 })),
      providerType: Type.Optional(Type.Enum(['idp', 'custom'])),
    }),
  ]),
  { maxItems: GROUPS_OF_USER_MAX, 'x-expected': 'a list of groups, each as {"id"} or {"name"}' },
)

/** An operation that this service has no meaning for: the others are done all the same. */
export interface Undone {
  readonly index: number
  readonly detail: string
}

export interface ReadPatch {
  /** One for each operation. */
  readonly edits: readonly UserEdit[]
  readonly undone: readonly Undone[]
}

const TEXTS: Readonly<Record<string, readonly [kind: 'email' | 'picture' | 'locale' | 'zone', Limited]>> = {
  email: ['email', EMAIL],
  picture: ['picture', PICTURE],
  preferredLocale: ['locale', LOCALE],
  locale: ['locale', LOCALE],
  preferredZoneinfo: ['zone', ZONE],
  zoneinfo: ['zone', ZONE],
}

const SETS = ['replace', 'set', 'add']
const REMOVES = ['remove', 'unset']
const OPS = [...SETS, ...REMOVES, 'remove-value', 'renew']

interface Where {
  readonly tenantId: string
  readonly zones: ZoneOffsets
  readonly request: Parameters<typeof assertShape>[0]
}

/** @throws refusal 400 naming the operation */
export function readUserPatch(where: Where, patch: Static<typeof UserPatch>): ReadPatch {
  const read = patch.map((operation, index) => readOperation(where, operation, index))
  const named = read.reduce((sum, one) => sum + ('groups' in one ? one.groups.length : 0), 0)
  if (named > GROUPS_OF_USER_MAX) {
    throw refuse('badRequest', { detail: `the operations name more than ${GROUPS_OF_USER_MAX} groups` })
  }
  return {
    edits: read.map((one) => ('kind' in one ? one : { kind: 'none' })),
    undone: read.filter((one) => 'detail' in one),
  }
}

function readOperation(
  where: Where,
  { op: written, path, value }: Static<typeof UserPatch>[number],
  index: number,
): UserEdit | Undone {
  const op = written.toLowerCase()
  const field = path.replace(/^\//, '').replace(/\/-$/, '')
  if (!OPS.includes(op)) throw wrong(index, 'op', `op must be one of ${OPS.join(', ')}`)
  // Invitations do not end: renewed, they are what they were.
  if (op === 'renew' || (field === 'inviteExpiry' && REMOVES.includes(op))) return { kind: 'none' }
  if (field === 'inviteExpiry' || field === 'assignedScopes') {
    return { index, detail: `/${field} has no meaning here: nothing was changed by this operation` }
  }
  if (field === 'name')
    return { kind: 'name', value: textOf(where, NAME, op, value, index) ?? missing(index) }
  if (field === 'status') return { kind: 'status', value: statusOf(value, index) }
  if (field === 'assignedRoles' || field === 'roles') {
    const { change, list } = listOf(where, RoleReferences, op, value, index)
    return { kind: 'roles', change, roles: rolesNamed(where.tenantId, list, `/${index}/value`) }
  }
  if (field === 'assignedGroups') {
    const { change, list } = listOf(where, GroupReferences, op, value, index)
    return { kind: 'groups', change, groups: list.map((one) => groupOf(one, index)) }
  }
  const text = Object.hasOwn(TEXTS, field) ? TEXTS[field] : undefined
  if (text === undefined) throw wrong(index, 'path', 'the path is none that a user has: see the description')
  return { kind: text[0], value: textOf(where, text[1], op, value, index) }
}

function textOf(
  { zones }: Where,
  limited: Limited,
  op: string,
  value: unknown,
  index: number,
): string | undefined {
  if (REMOVES.includes(op)) return undefined
  if ((value ?? null) === null && limited !== NAME) return undefined
  const fault = textFault(limited, value, zones)
  if (fault !== undefined) throw wrong(index, 'value', fault)
  return value as string
}

function missing(index: number): never {
  throw wrong(index, 'op', 'a user has a name: replace it')
}

function statusOf(value: unknown, index: number): 'active' | 'invited' | 'disabled' {
  if (value === 'active' || value === 'invited' || value === 'disabled') return value
  throw wrong(index, 'value', 'the status must be active, disabled or invited; a user is deleted by DELETE')
}

function listOf<Schema extends typeof RoleReferences | typeof GroupReferences>(
  { request }: Where,
  schema: Schema,
  op: string,
  value: unknown,
  index: number,
): { readonly change: ListChange; readonly list: Static<Schema> } {
  if (REMOVES.includes(op) && value === undefined) return { change: 'set', list: [] as Static<Schema> }
  // One to be added or removed comes as itself too.
  const list = op !== 'replace' && !Array.isArray(value) ? [value] : value
  try {
    assertShape(request, schema, list)
  } catch {
    throw wrong(
      index,
      'value',
      `value must be ${(schema as { readonly 'x-expected'?: string })['x-expected']}`,
    )
  }
  if (op === 'add') return { change: 'add', list }
  return { change: op === 'replace' || op === 'set' ? 'set' : 'remove', list }
}

function groupOf(one: Static<typeof GroupReferences>[number], index: number): GroupReference {
  if (typeof one === 'string') return { id: one }
  if (one.id === undefined && one.name === undefined) throw wrong(index, 'value', 'a group needs id or name')
  return one
}

function wrong(index: number, member: 'op' | 'path' | 'value', detail: string): Error {
  return refuse('badRequest', { detail, pointer: `/${index}/${member}` })
}
