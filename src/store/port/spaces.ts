/** Spaces, and who is assigned to them. */

import type { SpaceId, TenantId } from '../../core/ids.ts'
import type { Space, SpaceAssignment, User } from '../../core/records.ts'

export interface SpaceStore {
  space(tenantId: TenantId, id: SpaceId): Promise<Space | undefined>

  assignments(tenantId: TenantId, spaceId: SpaceId): Promise<SpaceAssignment[]>
  /** Assignments of one user, and of the groups that it is in, in all spaces. */
  assignmentsOf(user: Pick<User, 'tenantId' | 'id' | 'groups'>): Promise<SpaceAssignment[]>
}
