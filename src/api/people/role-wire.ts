/** Roles as clients write and read them in users and groups. */
import { type Static, Type } from 'typebox'
import { ROLES, type Role, roleIdOf, roleLevel, roleOf } from '../../core/role.ts'
import { refuse } from '../http/problem.ts'

export const AssignedRoles = Type.Array(
  Type.Object(
    {
      id: Type.String(),
      name: Type.Enum(ROLES),
      type: Type.Literal('default'),
      level: Type.Enum(['admin', 'user']),
    },
    { title: 'AssignedRole' },
  ),
)

/** There are fewer. */
const ROLES_MAX = 20
const NAME_MAX = 256

/** By id or by name; a bare text is either. */
export const RoleReferences = Type.Array(
  Type.Union([
    Type.String({ maxLength: NAME_MAX }),
    Type.Object(
      {
        id: Type.Optional(Type.String({ maxLength: NAME_MAX })),
        name: Type.Optional(Type.String({ maxLength: NAME_MAX })),
      },
      { title: 'RoleReference' },
    ),
  ]),
  { maxItems: ROLES_MAX, 'x-expected': 'a list of roles, each as {"id"} or {"name"}' },
)

export function assignedRoles(tenantId: string, roles: readonly Role[]): Static<typeof AssignedRoles> {
  return roles.map((role) => ({
    id: roleIdOf(tenantId, role),
    name: role,
    type: 'default',
    level: roleLevel(role),
  }))
}

/**
 * @param pointer of the list in the body
 * @throws refusal 400 naming the one that is not there
 */
export function rolesNamed(
  tenantId: string,
  references: Static<typeof RoleReferences>,
  pointer: string,
): readonly Role[] {
  const roles = references.map((reference, index) => {
    const role =
      typeof reference === 'string'
        ? (roleOf(tenantId, { name: reference }) ?? roleOf(tenantId, { id: reference }))
        : roleOf(tenantId, reference)
    if (role !== undefined) return role
    const detail = `there is no such role: GET /api/v1/roles lists those there are`
    throw refuse('badRequest', { detail, pointer: `${pointer}/${index}` })
  })
  return [...new Set(roles)]
}
