/**
 * The data event (contract 01, section 7): new data of an app was saved. Made in the transaction that moves
 * the app's pointer, so it exists exactly if the reload succeeded and its app still existed.
 */

import type { EventId } from '../core/ids.ts'
import { ERROR_MESSAGE_MAX_BYTES } from '../core/limits.ts'
import { cleanText, cutToBytes } from '../core/plain-text.ts'
import type { App } from '../core/records.ts'
import { timeText } from '../core/time-text.ts'
import { cloudEvent } from '../event/cloud-event.ts'
import { DATA_EVENT_TYPE, ENGINE_EVENT_SOURCE } from '../event/event-types.ts'
import type { EventDraft } from '../event/stored-event.ts'
import { type EventSubject, principalAttributes, spaceOf } from './finished-event.ts'

export type SavedData = NonNullable<App['data']>

/** @param time epoch ms of the transaction that saves the data */
export function dataEvent(
  subject: EventSubject & { readonly app: App },
  data: SavedData,
  time: number,
  id: EventId,
): EventDraft {
  const { reload, app } = subject
  return {
    id,
    tenantId: reload.tenantId,
    type: DATA_EVENT_TYPE,
    time,
    userId: reload.userId,
    resourceId: app.id,
    topLevelResourceId: app.id,
    ...spaceOf(subject),
    uniqueKey: reload.id,
    body: cloudEvent({
      id,
      type: DATA_EVENT_TYPE,
      source: ENGINE_EVENT_SOURCE,
      time,
      tenantId: reload.tenantId,
      attributes: principalAttributes(subject),
      data: {
        id: app.id,
        name: cutToBytes(cleanText(app.name), ERROR_MESSAGE_MAX_BYTES),
        spaceId: app.spaceId,
        size: { file: data.fileBytes },
        lastReloadTime: timeText(data.engineTime),
      },
    }),
  }
}
