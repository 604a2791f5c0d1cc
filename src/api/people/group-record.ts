/** A group as clients read it. */

import { type Static, Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import type { Group } from '../../core/group.ts'
import { timeText } from '../../core/time-text.ts'
import { SelfLink } from '../http/page.ts'
import { AssignedRoles, assignedRoles } from './role-wire.ts'

export const GroupPath = Type.Object({ groupId: Type.String() })

export const GroupRecord = Type.Object(
  {
    id: Type.String(),
    tenantId: Type.String(),
    name: Type.String(),
    description: Type.Optional(Type.String()),
    status: Type.Literal('active'),
    providerType: Type.Enum(['idp', 'custom']),
    assignedRoles: AssignedRoles,
    createdAt: Type.String({ format: 'date-time' }),
    lastUpdatedAt: Type.String({ format: 'date-time' }),
    links: SelfLink,
  },
  { title: 'Group' },
)

export function groupRecord(group: Group, link: (path: string) => string): Static<typeof GroupRecord> {
  const { id, tenantId, name, description, provider } = group
  return {
    id,
    tenantId,
    name,
    ...defined({ description }),
    status: 'active',
    providerType: provider,
    assignedRoles: assignedRoles(tenantId, group.roles),
    createdAt: timeText(group.createdAt),
    lastUpdatedAt: timeText(group.updatedAt),
    links: { self: { href: link(`/api/v1/groups/${id}`) } },
  }
}
