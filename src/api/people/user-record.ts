/** A user as clients read it (contract 05, section 5). */

import { type Static, Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import { USER_STATUSES, type User } from '../../core/records.ts'
import { timeText } from '../../core/time-text.ts'
import { SelfLink } from '../http/page.ts'
import { AssignedRoles, assignedRoles } from './role-wire.ts'

export const UserRecord = Type.Object(
  {
    id: Type.String(),
    tenantId: Type.String(),
    subject: Type.String(),
    name: Type.String(),
    email: Type.Optional(Type.String()),
    picture: Type.Optional(Type.String()),
    status: Type.Enum(USER_STATUSES),
    assignedRoles: AssignedRoles,
    assignedGroups: Type.Array(
      Type.Object(
        { id: Type.String(), name: Type.String(), assignedRoles: AssignedRoles },
        { title: 'AssignedGroup' },
      ),
    ),
    clientId: Type.Optional(Type.String({ description: 'The OAuth client that acts as this user' })),
    locale: Type.Optional(Type.String()),
    preferredLocale: Type.Optional(Type.String()),
    zoneinfo: Type.Optional(Type.String()),
    preferredZoneinfo: Type.Optional(Type.String()),
    createdAt: Type.String({ format: 'date-time' }),
    lastUpdatedAt: Type.String({ format: 'date-time' }),
    links: SelfLink,
  },
  { title: 'User' },
)
export const SomeFields = Type.Partial(UserRecord, { title: 'UserFields' })

export const Fields = Type.Optional(
  Type.String({ maxLength: 1024, description: 'Comma list of the fields to show; all by default' }),
)

export function userRecord(user: User, link: (path: string) => string): Static<typeof UserRecord> {
  const { tenantId, email, picture, clientId, locale, zone } = user
  return {
    id: user.id,
    tenantId,
    subject: user.subject,
    name: user.name,
    ...defined({ email, picture, clientId }),
    status: user.status,
    assignedRoles: assignedRoles(tenantId, user.roles),
    assignedGroups: (user.groups ?? []).map(({ id, name, roles }) => ({
      id,
      name,
      assignedRoles: assignedRoles(tenantId, roles),
    })),
    ...defined({ locale, preferredLocale: locale, zoneinfo: zone, preferredZoneinfo: zone }),
    createdAt: timeText(user.createdAt),
    lastUpdatedAt: timeText(user.updatedAt),
    links: { self: { href: link(`/api/v1/users/${user.id}`) } },
  }
}

export function picked(
  record: Static<typeof UserRecord>,
  fields: string | undefined,
): Static<typeof SomeFields> {
  if (fields === undefined) return record
  const wanted = new Set(fields.split(',').map((field) => field.trim()))
  return Object.fromEntries(Object.entries(record).filter(([field]) => wanted.has(field)))
}
