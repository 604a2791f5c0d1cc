/** Events as rows. */
import type { EventDraft, StoredEvent } from '../../event/stored-event.ts'
import { type ColumnsOf, json, number, recordColumns, text } from './columns.ts'

const DRAFT: ColumnsOf<EventDraft> = {
  id: text('id'),
  tenantId: text('tenant_id'),
  type: text('type'),
  time: number('time'),
  userId: text('user_id'),
  resourceId: text('resource_id'),
  topLevelResourceId: text('top_level_resource_id'),
  spaceId: text('space_id'),
  reloadId: text('reload_id'),
  uniqueKey: text('unique_key'),
  body: json('body'),
}

/** The database numbers them. */
export const draftColumns = recordColumns<EventDraft>(DRAFT)

export const eventColumns = recordColumns<StoredEvent>({ ...DRAFT, sequence: number('sequence') })
