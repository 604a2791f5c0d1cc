import { describe, expect, test } from 'vitest'
import {
  APP_ID,
  anApp,
  aReload,
  aSubscription,
  aTask,
  aTenant,
  OWNER_ID,
  SPACE_ID,
  seededRandom,
  USER_ID,
} from '../../test/support/records.ts'
import type { FilterNode } from '../core/filter.ts'
import type { UserId } from '../core/ids.ts'
import type { Space, SpaceAssignment, User } from '../core/records.ts'
import { finishedEvent } from '../outcome/finished-event.ts'
import { type AlertOccasion, alertEventTypes } from './alert.ts'
import { ATTEMPT_EVENT_TYPE, TASK_NOT_RUN_TYPE } from './event-types.ts'
import { fanOut, filterAttribute, type Listeners, wants } from './fan-out.ts'
import type { Subscription } from './subscription.ts'
import { createdEvent } from './task-life-event.ts'

const reload = aReload({ state: 'FAILED', endedAt: aReload().createdAt + 5, trigger: 'automations' })
const subject = { reload, tenant: aTenant(), app: anApp() }
const listeners: Listeners = { subscriptions: [], app: anApp() }
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
    ['by a flag', { filter: equals('data.succeeded', 'false') }, true],
    ['not by an attribute that does not exist', { filter: equals('data.errorCode', 'x') }, false],
  ])('%s', (_label, change, expected) => {
    expect(wants(aSubscription(change), event, listeners)).toBe(expected)
  })
})

test('an attribute one level down is found in any case, and only texts, flags and numbers have a text', () => {
  const deep = { ...event, body: { ...event.body, data: { size: { memory: 5 }, usage: 'ANALYTICS' } } }
  const read = (name: string) => filterAttribute(deep, name)
  expect(['DATA.Size.Memory', 'data.usage', 'data.size', 'data.usage.length', 'data.'].map(read)).toEqual([
    '5',
    'ANALYTICS',
    undefined,
    undefined,
    undefined,
  ])
})

describe('an alert wants an event', () => {
  const alert = (...on: AlertOccasion[]) =>
    aSubscription({ channel: 'mail', alert: { on }, eventTypes: alertEventTypes(on) })
  const notRun = (reason: string) => ({
    ...event,
    type: TASK_NOT_RUN_TYPE,
    body: { ...event.body, data: { reason } },
  })
  test.each<[string, Subscription, typeof event, Partial<Listeners>, boolean]>([
    ['that opens an incident', alert('failure'), event, { incident: 'opened' }, true],
    ['not a further failure', alert('failure', 'recovery', 'didNotRun'), event, {}, false],
    ['not what was not asked for', alert('recovery'), event, { incident: 'opened' }, false],
    ['that closes an incident', alert('recovery'), event, { incident: 'closed' }, true],
    ['that something was missed', alert('failure', 'didNotRun'), notRun('late'), {}, true],
    ['not what somebody wanted so', alert('didNotRun'), notRun('paused'), {}, false],
    ['not that if it was not asked for', alert('failure', 'recovery'), notRun('late'), {}, false],
    [
      'not when it is disabled',
      { ...alert('failure'), enabled: false },
      event,
      { incident: 'opened' },
      false,
    ],
    [
      'not of another app',
      { ...alert('failure'), filter: equals('topLevelResourceId', 'other') },
      event,
      { incident: 'opened' },
      false,
    ],
  ])('%s', (_label, subscription, told, change, expected) => {
    expect(wants(subscription, told, { ...listeners, ...change })).toBe(expected)
  })
})

describe('a user-level subscription wants an event when its owner can read the app:', () => {
  const space = { id: SPACE_ID, type: 'shared', ownerId: 'space-owner' } as Space
  const mine = (change: Partial<User>) =>
    ({ id: USER_ID, roles: [], status: 'active', ...change }) as unknown as User
  const member = (role: string): SpaceAssignment =>
    ({ type: 'user', assigneeId: USER_ID, roles: [role], spaceId: SPACE_ID }) as never

  test.each<[string, Partial<Listeners>, boolean]>([
    ['the owner of the app', { app: anApp({ ownerId: USER_ID }) }, true],
    [
      'the owner of the space',
      { readers: { users: [mine({})], space: { ...space, ownerId: USER_ID }, assignments: [] } },
      true,
    ],
    [
      'a consumer of the space',
      { readers: { users: [mine({})], space, assignments: [member('consumer')] } },
      true,
    ],
    ['a tenant admin', { readers: { users: [mine({ roles: ['TenantAdmin'] })], assignments: [] } }, true],
    [
      'not a mere data consumer',
      { readers: { users: [mine({})], space, assignments: [member('dataconsumer')] } },
      false,
    ],
    ['not a stranger', {}, false],
    [
      'not an owner who was disabled',
      {
        app: anApp({ ownerId: USER_ID }),
        readers: { users: [mine({ status: 'disabled' })], assignments: [] },
      },
      false,
    ],
    [
      'not an owner who is gone',
      { app: anApp({ ownerId: USER_ID }), readers: { users: [], assignments: [] } },
      false,
    ],
  ])('%s', (_label, change, expected) => {
    const readers = { users: [mine({})], space, assignments: [] }
    const subscription = aSubscription({ level: 'user', ownerId: USER_ID })
    expect(wants(subscription, event, { ...listeners, readers, ...change })).toBe(expected)
  })
})

test('the owner of a task hears of it, whatever app it may read', () => {
  const task = aTask({ ownerId: USER_ID })
  const moment = { random: seededRandom(1), now: 5 }
  const created = createdEvent({ tenant: aTenant(), task, app: anApp(), userId: OWNER_ID }, moment)
  const eventTypes = [created.type]
  const heard = (ownerId: UserId) =>
    wants(aSubscription({ level: 'user', ownerId, eventTypes }), created, listeners)
  expect([heard(USER_ID), heard(OWNER_ID)]).toEqual([true, false])
})

test('each matching subscription gets one delivery of its own, due at once', () => {
  const second = aSubscription({ id: 'second' as never })
  const off = aSubscription({ id: 'off' as never, enabled: false })
  const made = fanOut(
    [event],
    { ...listeners, subscriptions: [aSubscription(), second, off] },
    seededRandom(1),
  )
  expect(made.map((one) => one.subscriptionId)).toEqual([aSubscription().id, second.id])
  expect(new Set(made.map((one) => one.id)).size).toBe(2)
  expect(made[0]).toMatchObject({ eventId: event.id, state: 'pending', sends: 0, dueAt: event.time })
})
