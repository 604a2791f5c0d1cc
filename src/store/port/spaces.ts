/** Spaces, and who is assigned to them. */
import type { Space, SpaceAssignment } from '../../catalog/records.ts'
import type { SpaceId, TenantId, UserId } from '../../core/ids.ts'

export interface SpaceStore {
  space(tenantId: TenantId, id: SpaceId): Promise<Space | undefined>

  assignments(tenantId: TenantId, spaceId: SpaceId): Promise<SpaceAssignment[]>
  /** Assignments of one user in all spaces. */
  assignmentsOf(tenantId: TenantId, userId: UserId): Promise<SpaceAssignment[]>
}
