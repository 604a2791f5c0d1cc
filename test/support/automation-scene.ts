/**
 * Automations on the model of a store, in virtual time: reloads end when a test ends them, calls are answered
 * by it.
 */

import { type AutomationsDeps, startAutomations } from '../../src/automation/run-automations.ts'
import type {
  Automation,
  CallStep,
  NotifyStep,
  ReloadStep,
  Step,
  WaitStep,
} from '../../src/core/automation/automation.ts'
import type { AutomationRun } from '../../src/core/automation/run.ts'
import type { AppId, AutomationId, AutomationRunId } from '../../src/core/ids.ts'
import type { Reload } from '../../src/core/reload.ts'
import { HOUR } from '../../src/core/units.ts'
import type { CallAnswer, Caller, OutgoingCall } from '../../src/delivery/caller.ts'
import type { Letter, Mailer, MailSent } from '../../src/delivery/mailer.ts'
import type { Seal } from '../../src/delivery/seal.ts'
import { SendRates } from '../../src/delivery/send-rates.ts'
import { systemZones } from '../../src/main/zones.ts'
import { type SettleRules, settleStep } from '../../src/outcome/settle.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Store } from '../../src/store/port/store.ts'
import { claimStep, completed } from '../contract/store-records.ts'
import { put } from './catalog.ts'
import {
  APP_ID,
  AUTOMATION_ID,
  anApp,
  anAutomation,
  anAutomationRun,
  aTenant,
  aUser,
  OWNER_ID,
  TENANT_ID,
} from './records.ts'
import { virtualMachine } from './virtual-machine.ts'

export const zones = systemZones()
export const OTHER_APP = '3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e002' as AppId
export const OK: CallAnswer = { kind: 'answered', status: 200, body: '{"ticket":7}' }

export const load: ReloadStep = {
  id: 'load',
  kind: 'reload',
  appId: APP_ID,
  partial: false,
  variables: { day: '{{input.day}}' },
  onFailure: 'stop',
}
export const tell: CallStep = {
  id: 'tell',
  kind: 'call',
  method: 'POST',
  url: 'https://chat.example.com/{{steps.load.outcome}}',
  headers: {},
  sealedHeaders: { 'x-key': 'sealed' },
  body: { text: 'ended {{steps.load.outcome}}', reload: '{{steps.load.reloadId}}' },
  retries: 2,
  onFailure: 'stop',
}
export const rest: WaitStep = { id: 'rest', kind: 'wait', ms: HOUR, onFailure: 'stop' }

export const notice: NotifyStep = {
  id: 'notice',
  kind: 'notify',
  to: { channel: 'mail', to: ['ops@example.com'], subject: 'Sales {{steps.load.outcome}}' },
  text: 'ended {{steps.load.outcome}}',
  retries: 2,
  onFailure: 'stop',
}
/** Seals by a prefix. */
export const seal: Seal = {
  seal: (text) => `sealed ${text}`,
  open: (sealed) => {
    if (!sealed.startsWith('sealed ')) throw new Error('not a sealed text')
    return sealed.slice('sealed '.length)
  },
}

export type Mailing = (letter: Letter) => MailSent | Promise<MailSent>
export const taken: Mailing = ({ key }) => ({ ok: true, messageId: `<${key}@example.org>` })

export type Answering = (call: OutgoingCall) => CallAnswer | Promise<CallAnswer>

/** A tenant with two apps and an automation, and what one does with them. */
export async function automationScene(steps: readonly Step[] = [], change: Partial<Automation> = {}) {
  const machine = virtualMachine()
  const { ports } = machine
  const store = new MemoryStore()
  await put(store, { tenants: [aTenant()] })
  await put(store, { users: [aUser({ id: OWNER_ID })] })
  for (const id of [APP_ID, OTHER_APP]) await put(store, { apps: [anApp({ id, ownerId: OWNER_ID })] })
  const automation = anAutomation({ document: { version: 1, trigger: { kind: 'manual' }, steps }, ...change })
  await put(store, { automations: [automation] })
  const rules: SettleRules = { ...ports, errorRequeuesMax: 0, taskFailuresMax: 5, largestSizeIndex: 0 }
  const calls: OutgoingCall[] = []
  const caller = (answer: Answering): Caller => ({
    async call(call) {
      calls.push(call)
      return answer(call)
    },
    close: async () => undefined,
  })
  const letters: Letter[] = []
  const mailer = (answer: Mailing): Mailer => ({
    async send(letter) {
      letters.push(letter)
      return answer(letter)
    },
    close: async () => undefined,
  })
  const rates = new SendRates()
  const deps = { ...ports, ...rules, zones, reloadsPerAppAndDay: 0, mailer: mailer(taken), seal, rates }
  const start = (
    answer: Answering = () => OK,
    over: Store = store,
    way = caller(answer),
    more: Partial<Pick<AutomationsDeps, 'mailer'>> = {},
  ) => startAutomations({ ...deps, store: over, caller: way, ...more })
  let asked = 0
  const ask = async (given: Partial<AutomationRun> = {}) => {
    asked += 1
    const id = `0198c1de-0000-7000-8000-${String(asked).padStart(12, '0')}` as AutomationRunId
    const { tenantId, document } = automation
    const run = anAutomationRun({ id, tenantId, key: `hand:${asked}`, steps: document.steps, ...given })
    await put(store, { automationRuns: [run] })
    return id
  }
  const read = async (id: AutomationRunId) => (await store.automationRun(TENANT_ID, id))!
  const active = async (appId: AppId = APP_ID) => {
    const id = await store.activeReloadOf(TENANT_ID, appId)
    return id && store.reload(TENANT_ID, id)
  }
  /** Ends the active reload of the app. */
  const end = async (how: 'succeeded' | 'failed' = 'succeeded', appId: AppId = APP_ID): Promise<Reload> => {
    const { id } = (await active(appId))!
    const now = ports.clock.now()
    if (how === 'failed') {
      const step = settleStep(rules, { kind: 'queue-time-exceeded', limitMs: 0 })
      await store.transition([{ reloadId: id, step }])
    } else {
      const step = claimStep(now)
      const [claimed] = await store.claim({ now, max: 1, concurrentReloadsPerTenant: 9, step })
      const fence = claimed!.attempt.leaseToken
      const ended = { kind: 'end-attempt', end: completed({ id }), durationMs: 1 } as const
      await store.transition([{ reloadId: id, fence, step: settleStep(rules, ended) }])
    }
    return (await store.reload(TENANT_ID, id))!
  }
  const reloads = async () => {
    const sort = { field: 'creationTime', descending: false } as const
    return (await store.reloads({ tenantId: TENANT_ID, sort, page: { limit: 1000 } })).rows
  }
  const runs = async (automationId: AutomationId = AUTOMATION_ID) => {
    const sort = { field: 'id', descending: false } as const
    const where = { kind: 'among', field: 'automationId', values: [automationId] } as const
    return (await store.list('automationRuns', { tenantId: TENANT_ID, where, sort, page: { limit: 1000 } }))
      .rows
  }
  const until = machine.until
  const ended = (id: AutomationRunId) => until(async () => (await read(id)).endedAt !== undefined)
  return {
    machine,
    store,
    automation,
    start,
    ask,
    read,
    active,
    end,
    reloads,
    runs,
    calls,
    letters,
    mailer,
    until,
    ended,
    deps,
  }
}
