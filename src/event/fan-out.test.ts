import { describe, expect, test } from 'vitest'
import {
  APP_ID,
  anApp,
  aReload,
  aSubscription,
  aTenant,
  OWNER_ID,
  SPACE_ID,
  seededRandom,
  USER_ID,
} from '../../test/support/records.ts'
import type { FilterNode } from '../core/filter.ts'
import type { Subscription } from '../delivery/subscription.ts'
import { finishedEvent } from '../outcome/finished-event.ts'
import { ATTEMPT_EVENT_TYPE } from './catalogue.ts'
import { fanOut, wants } from './fan-out.ts'

const reload = aReload({ state: 'FAILED', endedAt: aReload().createdAt + 5, trigger: 'automations' })
const subject = { reload, tenant: aTenant(), app: anApp() }
const event = finishedEvent(subject, 'FAILED', 'event-1' as never)

function equals(attribute: string, value: string): FilterNode {
  return { kind: 'compare', attribute, operator: 'eq', value }
}

describe('a subscription wants an event', () => {
  test.each<[string, Partial<Subscription>, boolean]>([
    ['of its types', {}, true],
    ['not of other types', { eventTypes: [ATTEMPT_EVENT_TYPE] }, false],
    ['not when it lists none', { eventTypes: [] }, false],
    ['not when it is disabled', { enabled: false }, false],
    ['not of another tenant', { tenantId: 'other' as never }, false],
    ['by the id of the reload', { filter: equals('id', reload.id) }, true],
    ['by space', { filter: equals('spaceId', SPACE_ID) }, true],
    ['by app, the name in any case', { filter: equals('TOPLEVELRESOURCEID', APP_ID) }, true],
    ['by outcome', { filter: equals('data.status', 'FAILED') }, true],
    ['not by another outcome', { filter: equals('data.status', 'SUCCEEDED') }, false],
    ['by trigger', { filter: equals('data.type', 'automations') }, true],
    ['by usage', { filter: equals('data.appUsage', 'ANALYTICS') }, true],
    ['not by an attribute that does not exist', { filter: equals('data.errorCode', 'x') }, false],
    ['at user level when its owner owns the app', { level: 'user', ownerId: OWNER_ID }, true],
    ['at user level when its owner asked for the reload', { level: 'user', ownerId: USER_ID }, true],
    ['at user level not for strangers', { level: 'user', ownerId: 'stranger' as never }, false],
  ])('%s', (_label, change, expected) => {
    expect(wants(aSubscription(change), event, anApp())).toBe(expected)
  })
})

test('each matching subscription gets one delivery of its own, due at once', () => {
  const second = aSubscription({ id: 'second' as never })
  const off = aSubscription({ id: 'off' as never, enabled: false })
  const made = fanOut([event], [aSubscription(), second, off], anApp(), seededRandom(1))
  expect(made.map((one) => one.subscriptionId)).toEqual([aSubscription().id, second.id])
  expect(new Set(made.map((one) => one.id)).size).toBe(2)
  expect(made[0]).toMatchObject({ eventId: event.id, state: 'pending', sends: 0, dueAt: event.time })
})
