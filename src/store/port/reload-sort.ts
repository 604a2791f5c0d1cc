/** What a list of reloads is sorted by: the same for every store and for the cursors made of it. */
import type { Reload } from '../../core/reload.ts'
import type { PagePosition, ReloadSortField } from './lists.ts'

/** Null where the reload has not come to that time. */
export function reloadSortValue(reload: Reload, field: ReloadSortField): PagePosition['value'] {
  switch (field) {
    case 'creationTime':
      return reload.createdAt
    case 'status':
      return reload.state
    case 'startTime':
      return reload.firstClaimedAt ?? null
    case 'endTime':
      return reload.endedAt ?? null
  }
}
