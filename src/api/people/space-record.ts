/** A space as the API shows it (contract 05, section 4), and what its names may be. */

import { type Static, Type } from 'typebox'
import type { Caller } from '../../core/caller.ts'
import { SPACE_TYPES } from '../../core/records.ts'
import { mayUseSpace, SPACE_ROLES, type SpaceStanding } from '../../core/rights.ts'
import { timeText } from '../../core/time-text.ts'
import { Link } from '../http/page.ts'

export const SPACE_NAME_MAX = 256
export const SPACE_DESCRIPTION_MAX = 4096
export const SPACE_NAME_PATTERN = '^[^"*?<>/\\\\:|\\u0000-\\u001f]+$'
export const SPACE_NAME_EXPECTED = `a name of 1 to ${SPACE_NAME_MAX} characters without " * ? < > / \\ : | and control characters`
export const SpaceName = Type.String({
  maxLength: SPACE_NAME_MAX,
  pattern: SPACE_NAME_PATTERN,
  'x-expected': SPACE_NAME_EXPECTED,
})
export const SpaceDescription = Type.String({ maxLength: SPACE_DESCRIPTION_MAX })

export const SpaceRecord = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    description: Type.String(),
    type: Type.Enum(SPACE_TYPES),
    ownerId: Type.String(),
    tenantId: Type.String(),
    createdAt: Type.String({ format: 'date-time' }),
    createdBy: Type.String(),
    updatedAt: Type.String({ format: 'date-time' }),
    links: Type.Object({ self: Link, assignments: Link }, { title: 'SpaceLinks' }),
    meta: Type.Object(
      {
        actions: Type.Array(Type.String()),
        roles: Type.Array(Type.String({ description: 'Roles of the caller in the space' })),
        assignableRoles: Type.Array(Type.String()),
      },
      { title: 'SpaceMeta' },
    ),
  },
  { title: 'Space' },
)

export function spaceRecord(
  { user }: Caller,
  standing: SpaceStanding,
  link: (path: string) => string,
): Static<typeof SpaceRecord> {
  const { space, roles } = standing
  const self = `/api/v1/spaces/${space.id}`
  return {
    id: space.id,
    name: space.name,
    description: space.description,
    type: space.type,
    ownerId: space.ownerId,
    tenantId: space.tenantId,
    createdAt: timeText(space.createdAt),
    createdBy: space.createdBy,
    updatedAt: timeText(space.updatedAt),
    links: { self: { href: link(self) }, assignments: { href: link(`${self}/assignments`) } },
    meta: {
      actions: [
        'read',
        ...(mayUseSpace(user, standing, 'manage') ? ['update', 'delete'] : []),
        ...(mayUseSpace(user, standing, 'add-app') ? ['create'] : []),
      ],
      roles: [...roles],
      assignableRoles: [...SPACE_ROLES[space.type]],
    },
  }
}
