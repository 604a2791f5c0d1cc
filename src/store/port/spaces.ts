/** Spaces, and who is assigned to them. */
import type { Space, SpaceAssignment } from '../../catalog/records.ts'
import type { AssignmentId, SpaceId, TenantId, UserId } from '../../core/ids.ts'

export interface SpaceStore {
  saveSpace(space: Space): Promise<'saved' | 'name-taken'>
  removeSpace(tenantId: TenantId, id: SpaceId): Promise<'removed' | 'unknown' | 'not-empty'>
  space(tenantId: TenantId, id: SpaceId): Promise<Space | undefined>

  saveAssignment(assignment: SpaceAssignment): Promise<'saved' | 'taken'>
  removeAssignment(tenantId: TenantId, id: AssignmentId): Promise<boolean>
  assignments(tenantId: TenantId, spaceId: SpaceId): Promise<SpaceAssignment[]>
  /** Assignments of one user in all spaces. */
  assignmentsOf(tenantId: TenantId, userId: UserId): Promise<SpaceAssignment[]>
}
