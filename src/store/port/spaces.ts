/** Spaces, and who is assigned to them. */

import type { SpaceId, TenantId, UserId } from '../../core/ids.ts'
import type { Space, SpaceAssignment } from '../../core/records.ts'

export interface SpaceStore {
  space(tenantId: TenantId, id: SpaceId): Promise<Space | undefined>

  assignments(tenantId: TenantId, spaceId: SpaceId): Promise<SpaceAssignment[]>
  /** Assignments of one user in all spaces. */
  assignmentsOf(tenantId: TenantId, userId: UserId): Promise<SpaceAssignment[]>
}
