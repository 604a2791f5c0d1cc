/** What each declared right answers to whom, by core/rights.ts: for the reference page and for the matrix. */
import type { UserId } from '../../src/core/ids.ts'
import type { OperationRight } from '../../src/core/operations.ts'
import type { User } from '../../src/core/records.ts'
import {
  type AppRight,
  isTenantAdmin,
  mayCreateSpace,
  mayMakeKeys,
  mayManagePeople,
  mayManageSessions,
  mayManageWaysIn,
  mayReadAudits,
  mayUseApp,
  mayUseSpace,
  type SpaceRight,
  type SpaceStanding,
} from '../../src/core/rights.ts'

export type RightAnswer = 'yes' | 'forbidden' | 'not found'

/**
 * About things in a space, or personal ones: an app, its reload and task, a file; and about what the app's
 * owner made.
 */
export interface AskedRight {
  readonly user: User
  /** Owner of the app, and of all that is about it. */
  readonly ownerId: UserId
  /** The standing of the one who asks, in the space; absent: the things are personal. */
  readonly standing?: SpaceStanding
}

export function answerTo(right: OperationRight, { user, ownerId, standing }: AskedRight): RightAnswer {
  const isOwner = user.id === ownerId
  const place = standing === undefined ? {} : { spaceId: standing.space.id }
  const may = (appRight: AppRight) => mayUseApp(user, { ownerId, ...place }, standing, appRight)
  const maySpace = (spaceRight: SpaceRight) =>
    standing !== undefined && mayUseSpace(user, standing, spaceRight)
  const mayFile = (fileRight: SpaceRight) => (standing === undefined ? isOwner : maySpace(fileRight))
  const sees = maySpace('see')
  switch (right) {
    case 'anyone':
      return 'yes'
    case 'nobody':
      return 'forbidden'
    case 'own':
    case 'automation:administer':
      return isOwner || isTenantAdmin(user) ? 'yes' : 'not found'
    case 'temp-content:own':
      return isOwner ? 'yes' : 'not found'
    case 'automation:own':
      return isOwner ? 'yes' : isTenantAdmin(user) ? 'forbidden' : 'not found'
    case 'automation:hand-over':
    case 'people:manage':
    case 'tenant:manage':
      return orForbidden(mayManagePeople(user))
    case 'ways-in:manage':
      return orForbidden(mayManageWaysIn(user))
    case 'sessions:manage':
      return orForbidden(mayManageSessions(user, ownerId))
    case 'keys:make':
      return orForbidden(mayMakeKeys(user))
    case 'spaces:create':
      return orForbidden(standing !== undefined && mayCreateSpace(user, standing.space.type))
    case 'audit:see':
      return isOwner || mayReadAudits(user) ? 'yes' : 'not found'
    case 'space:see':
      return sees ? 'yes' : 'not found'
    case 'space:manage':
    case 'space:add-app':
      return seen(sees, maySpace(right === 'space:manage' ? 'manage' : 'add-app'))
    case 'file:read':
    case 'file:see-place':
      return mayFile('read-files') ? 'yes' : 'not found'
    case 'file:write':
      return seen(mayFile('read-files'), mayFile('write-files'))
    case 'reload:start':
    case 'task:make':
      return orForbidden(may('reload'))
    case 'task:change':
      return seen(may('read'), may('reload'))
    case 'reload:see':
    case 'reloads:list':
      return orForbidden(may('read'))
    case 'reload:cancel':
      return orForbidden(may('cancel'))
    case 'task:see':
      return seen(may('read'), isTenantAdmin(user) || may('reload'))
    case 'task:delete':
      return seen(may('read'), isOwner || isTenantAdmin(user) || may('reload'))
    default:
      return seen(may('read'), may(right.slice('app:'.length) as AppRight))
  }
}

function orForbidden(may: boolean): RightAnswer {
  return may ? 'yes' : 'forbidden'
}

function seen(sees: boolean, may: boolean): RightAnswer {
  return may ? 'yes' : sees ? 'forbidden' : 'not found'
}
