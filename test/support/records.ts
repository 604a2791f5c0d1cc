/**
 * Records for tests of the rules and loops: whole and valid, each with one line to change what a test is
 * about.
 */

import type { Automation } from '../../src/core/automation/automation.ts'
import type { AutomationRun } from '../../src/core/automation/run.ts'
import type {
  AppId,
  AutomationId,
  AutomationRunId,
  ReloadId,
  ScriptVersionId,
  SpaceId,
  SubscriptionId,
  TaskId,
  TenantId,
  UserId,
} from '../../src/core/ids.ts'
import type { Random } from '../../src/core/ports.ts'
import type { App, Space, Tenant, User } from '../../src/core/records.ts'
import type { Reload } from '../../src/core/reload.ts'
import type { Task } from '../../src/core/task/task.ts'
import { FINISHED_EVENT_SOURCE, FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import type { Subscription } from '../../src/event/subscription.ts'

export const TENANT_ID = 'kR3vYw8nQbT1sZx0LmPdFh5uGe7cJa2i' as TenantId
export const USER_ID = '64f0a1b2c3d4e5f601234567' as UserId
export const OWNER_ID = '64f0a1b2c3d4e5f60000beef' as UserId
export const APP_ID = '3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e001' as AppId
export const AUTOMATION_ID = '7d2a5b10-0d2e-4a55-8c11-22d3a9b7e0aa' as AutomationId
export const SPACE_ID = '65aa00112233445566778899' as SpaceId
/** 2026-11-02T04:00:00.110Z */
export const START_MS = 1793592000110

export function aTenant(change: Partial<Tenant> = {}): Tenant {
  return { id: TENANT_ID, name: 'Acme', hostnames: ['acme.example.com'], createdAt: START_MS, ...change }
}

export function aUser(change: Partial<User> = {}): User {
  return {
    id: USER_ID,
    tenantId: TENANT_ID,
    subject: change.id === undefined ? 'idp|ada' : `idp|${change.id}`,
    name: 'Ada',
    roles: [],
    status: 'active',
    createdAt: START_MS,
    updatedAt: START_MS,
    ...change,
  }
}

export function aSpace(change: Partial<Space> = {}): Space {
  return {
    id: SPACE_ID,
    tenantId: TENANT_ID,
    name: 'S',
    description: '',
    type: 'shared',
    ownerId: USER_ID,
    createdAt: START_MS,
    createdBy: USER_ID,
    updatedAt: START_MS,
    ...change,
  }
}

export function anApp(change: Partial<App> = {}): App {
  return {
    id: APP_ID,
    tenantId: TENANT_ID,
    name: 'Sales',
    description: '',
    ownerId: OWNER_ID,
    spaceId: SPACE_ID,
    usage: 'ANALYTICS',
    createdAt: START_MS,
    modifiedAt: START_MS,
    crashedOnMaxSize: { full: false, partial: false },
    currentScriptId: '00000000-0000-4000-8000-000000000001' as ScriptVersionId,
    ...change,
  }
}

export function aReload(change: Partial<Reload> = {}): Reload {
  return {
    id: '6906d0a1b2c3d4e5f6071829' as ReloadId,
    tenantId: TENANT_ID,
    appId: APP_ID,
    userId: USER_ID,
    trigger: 'external',
    weight: 5,
    partial: false,
    variables: {},
    resourceType: 'api',
    appUsage: 'ANALYTICS',
    provenance: {
      authType: 'api_key',
      originIp: '198.51.100.23',
      authClaims: `{"iss":"acme.example.com","sub":"${USER_ID}","subType":"user"}`,
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      appOwnerId: OWNER_ID,
      appSpaceId: SPACE_ID,
    },
    state: 'QUEUED',
    createdAt: START_MS,
    queuedAt: START_MS,
    waitedMs: 0,
    notBefore: START_MS,
    attempts: 0,
    requeuesTotal: 0,
    requeuesWithErrors: 0,
    faultRequeues: 0,
    sizeIndex: 0,
    engine: {},
    sessionAsked: false,
    crashedOnMaxSizeEngine: false,
    log: '',
    ...change,
  }
}

export const TASK_ID = '7a5c0001-0000-4000-8000-000000000001' as TaskId

/** Without a trigger: it starts by hand. */
export function aTask(change: Partial<Task> = {}): Task {
  return {
    id: TASK_ID,
    tenantId: TENANT_ID,
    generation: 'task',
    appId: APP_ID,
    appOwnerId: OWNER_ID,
    partial: false,
    name: 'nightly sales',
    description: '',
    ownerId: USER_ID,
    createdAt: START_MS,
    createdBy: USER_ID,
    updatedAt: START_MS,
    updatedBy: USER_ID,
    enabled: true,
    triggers: {},
    catchUpWindowMs: 3_600_000,
    jitterMs: 0,
    migrated: false,
    sent: {},
    state: { completed: false, failuresInRow: 0, joined: {} },
    ...change,
  }
}

export function aSubscription(change: Partial<Subscription> = {}): Subscription {
  return {
    id: '11111111-0000-4000-8000-000000000001' as SubscriptionId,
    tenantId: TENANT_ID,
    name: 'Receiver',
    description: '',
    url: 'https://receiver.example.com/events',
    eventTypes: [FINISHED_EVENT_TYPE],
    enabled: true,
    level: 'tenant',
    ownerId: OWNER_ID,
    headers: {},
    sealedHeaders: {},
    checkCertificateRevocation: false,
    origin: 'api',
    createdAt: START_MS,
    updatedAt: START_MS,
    createdBy: OWNER_ID,
    updatedBy: OWNER_ID,
    failedSends: 0,
    ...change,
  }
}

/** It starts by hand and does nothing. */
export function anAutomation(change: Partial<Automation> = {}): Automation {
  return {
    id: AUTOMATION_ID,
    tenantId: TENANT_ID,
    name: 'Nightly',
    description: '',
    ownerId: OWNER_ID,
    enabled: true,
    document: { version: 1, trigger: { kind: 'manual' }, steps: [] },
    maxConcurrentRuns: 1,
    createdAt: START_MS,
    createdBy: OWNER_ID,
    updatedAt: START_MS,
    updatedBy: OWNER_ID,
    ...change,
  }
}

export function anAutomationRun(change: Partial<AutomationRun> = {}): AutomationRun {
  return {
    id: '0198c1de-0000-7000-8000-000000000001' as AutomationRunId,
    tenantId: TENANT_ID,
    automationId: AUTOMATION_ID,
    automationName: 'Nightly',
    key: 'hand:1',
    cause: { kind: 'hand', userId: OWNER_ID },
    chain: 1,
    ownerId: OWNER_ID,
    steps: [],
    input: {},
    state: 'queued',
    createdAt: START_MS,
    results: [],
    ...change,
  }
}

/** A finished event as it goes out: text beyond ASCII stands where encodings go wrong. */
export function aCloudEvent(change: Partial<CloudEvent> = {}): CloudEvent {
  return {
    specversion: '1.0',
    id: '0b7f6f3a-5c1d-4a7e-9a55-2f3f2c9d7e10',
    type: FINISHED_EVENT_TYPE,
    source: FINISHED_EVENT_SOURCE,
    time: '2026-11-02T04:03:18.412Z',
    datacontenttype: 'application/json',
    tenantid: TENANT_ID,
    data: { id: '6906d0a1b2c3d4e5f6071829', errorMessage: 'Größe 😀' },
    ...change,
  }
}

/** A small generator of known quality (mulberry32): the same seed gives the same numbers on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return {
    uniform,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(uniform() * 256)),
  }
}
