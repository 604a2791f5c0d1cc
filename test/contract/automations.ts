/** Automations and their runs: what a step is shown, which runs are due, and what goes with what. */
import { describe, expect, it } from 'vitest'
import type { Automation, ReloadStep, WaitStep } from '../../src/core/automation/automation.ts'
import { WAIT_MAX_MS } from '../../src/core/automation/limits.ts'
import type { AutomationRun, StepResult } from '../../src/core/automation/run.ts'
import type { ReloadId } from '../../src/core/ids.ts'
import type { Schedule } from '../../src/core/recurrence/schedule.ts'
import type { AutomationSubject, AutomationView } from '../../src/store/port/change.ts'
import { put, remove } from '../support/catalog.ts'
import { anAutomation, anAutomationRun, aTenant, aUser } from '../support/records.ts'
import { type Given, OTHER_TENANT, START_MS, TENANT_ID } from './store-records.ts'

const automation = anAutomation()
const load: ReloadStep = {
  id: 'load',
  kind: 'reload',
  appId: 'app-1',
  partial: false,
  variables: {},
  onFailure: 'stop',
}
const rest: WaitStep = { id: 'rest', kind: 'wait', ms: 1000, onFailure: 'stop' }

/** Runs in order of their numbers. */
function run(number: number, change: Partial<AutomationRun> = {}): AutomationRun {
  const id = `0198c1de-0000-7000-8000-${String(number).padStart(12, '0')}` as AutomationRun['id']
  return anAutomationRun({ id, key: `hand:${number}`, createdAt: START_MS + number, ...change })
}

function underWay(number: number, result: Partial<StepResult>, change: Partial<AutomationRun> = {}) {
  const stepId = result.awaits === undefined ? 'rest' : 'load'
  const results: StepResult[] = [{ stepId, state: 'running', startedAt: START_MS, tries: 0, ...result }]
  return run(number, { state: 'running', startedAt: START_MS, steps: [load, rest], results, ...change })
}

export function exerciseAutomations(given: () => Given): void {
  const store = () => given().store
  const view = async (about: Partial<AutomationSubject> = {}, tenantId = TENANT_ID) => {
    const step = (shown: AutomationView) => ({ answer: shown })
    const subject = { kind: 'automation', id: automation.id, ...about } as const
    const [shown] = await store().change<AutomationView>([{ ...subject, tenantId, step }])
    return shown
  }
  const due = async (now: number, max = 10) =>
    (await store().dueAutomationRuns(now, max)).map(({ runId }) => Number(runId.slice(-12)))

  describe('automations', () => {
    it('a step about one is shown it, its owner, how many there are, and its runs', async () => {
      const owner = aUser({ id: automation.ownerId })
      const mine = anAutomation({ id: 'mine' as Automation['id'], ownerId: 'me' as Automation['ownerId'] })
      await put(store(), { users: [owner], automations: [automation, mine] })
      const runs = [
        run(1, { held: true }),
        run(2, { held: true, key: 'event:e' }),
        underWay(3, { dueAt: START_MS }),
        run(4, { state: 'failed', endedAt: START_MS }),
        run(5, { automationId: mine.id }),
      ]
      await put(store(), { automationRuns: runs })
      const keys = ['hand:4', 'none', 'event:e', 'hand:5']
      expect(await view({ runId: runs[2]!.id, keys })).toEqual({
        tenant: aTenant(),
        subscriptions: [],
        automation,
        owner,
        owned: 1,
        ofTenant: 2,
        run: runs[2],
        keyed: [runs[1], runs[3]],
        queued: 2,
        running: 1,
        firstHeld: runs[0],
      })
      const other = await view({ runId: runs[4]!.id, ownerId: mine.ownerId })
      expect(other, 'a run of another automation').not.toHaveProperty('run')
      expect(other).toMatchObject({ owned: 1 })
      expect(await view({ runId: runs[2]!.id, keys }, OTHER_TENANT)).toEqual({
        tenant: aTenant({ id: OTHER_TENANT, name: 'Other', hostnames: [], createdAt: START_MS + 1 }),
        subscriptions: [],
        owned: 0,
        ofTenant: 0,
        keyed: [],
        queued: 0,
        running: 0,
      })
    })

    it('are read by id within their tenant, and lists show of a run its head', async () => {
      await put(store(), { automations: [automation] })
      const whole = underWay(1, { dueAt: START_MS }, { input: { big: true }, sealedSecret: 'sealed' })
      await put(store(), { automationRuns: [whole] })
      expect(await store().automation(TENANT_ID, automation.id)).toEqual(automation)
      expect(await store().automation(OTHER_TENANT, automation.id)).toBeUndefined()
      expect(await store().automationOfAnyTenant(automation.id)).toEqual(automation)
      expect(await store().automationRun(TENANT_ID, whole.id)).toEqual(whole)
      expect(await store().automationRun(OTHER_TENANT, whole.id)).toBeUndefined()
      const sort = { field: 'createdAt', descending: true } as const
      const listed = await store().list('automationRuns', { tenantId: TENANT_ID, sort, page: { limit: 9 } })
      const { steps, input, results, sealedSecret, ...head } = whole
      expect(listed.rows).toEqual([head])
    })

    it('a run is one of its key, goes with its automation, and needs one', async () => {
      await put(store(), { automations: [automation] })
      await put(store(), { automationRuns: [run(1)] })
      await expect(put(store(), { automationRuns: [run(2, { key: 'hand:1' })] })).rejects.toThrow()
      const orphan = run(3, { automationId: 'none' as Automation['id'] })
      await expect(put(store(), { automationRuns: [orphan] })).rejects.toThrow()
      expect(await due(START_MS)).toEqual([1])
      await remove(store(), TENANT_ID, { automations: [automation.id] })
      expect(await store().automationRun(TENANT_ID, run(1).id)).toBeUndefined()
      expect(await due(START_MS)).toEqual([])
    })

    it('a run is due when it is queued, from its moment on, when it is to stop, and not while it is held', async () => {
      await put(store(), { automations: [automation] })
      const now = START_MS + 1000
      const runs = [
        run(1, { held: true }),
        run(2, { createdAt: now + 9_999_999 }),
        underWay(3, { dueAt: now }),
        underWay(4, { dueAt: now + 7 }),
        underWay(5, { dueAt: now + 9 }, { stopAskedAt: now + 1 }),
        run(6, { state: 'finished', endedAt: START_MS }),
        underWay(7, { dueAt: now + WAIT_MAX_MS + 1 }),
      ]
      await put(store(), { automationRuns: runs })
      expect(await due(now), 'a moment beyond every wait is a wrong clock').toEqual([2, 3, 5, 7])
      expect(await store().nextAutomationAt(now)).toBe(now + 7)
      expect(await due(now + 7)).toEqual([2, 3, 4, 5])
      expect(await store().nextAutomationAt(now + WAIT_MAX_MS + 1)).toBeUndefined()
    })

    it('a run that awaits a reload is due once that has its outcome, or is gone', async () => {
      await put(store(), { automations: [automation] })
      const { reload } = await given().running()
      await put(store(), { automationRuns: [underWay(1, { awaits: reload.id })] })
      expect(await due(Number.MAX_SAFE_INTEGER)).toEqual([])
      expect(await store().nextAutomationAt(0)).toBeUndefined()
      await given().end(reload)
      expect(await due(START_MS)).toEqual([1])
      await put(store(), { automationRuns: [underWay(2, { awaits: 'forgotten' as ReloadId })] })
      expect(await due(START_MS)).toEqual([1, 2])
      const stopping = underWay(3, { awaits: (await given().running()).reload.id }, { stopAskedAt: START_MS })
      await put(store(), { automationRuns: [stopping] })
      expect(await due(START_MS), 'a stop does not wait for it').toEqual([1, 2, 3])
    })

    it('tenants take turns, of each the oldest first', async () => {
      const theirs = anAutomation({ id: 'theirs' as Automation['id'], tenantId: OTHER_TENANT })
      await put(store(), { automations: [automation] })
      await put(store(), { automations: [theirs] })
      const ofOther = { tenantId: OTHER_TENANT, automationId: theirs.id }
      for (const number of [1, 2, 3]) await put(store(), { automationRuns: [run(number)] })
      for (const number of [8, 9]) await put(store(), { automationRuns: [run(number, ofOther)] })
      expect(await due(START_MS)).toEqual([1, 8, 2, 9, 3])
      expect(await store().dueAutomationRuns(START_MS, 2)).toEqual([
        { tenantId: TENANT_ID, automationId: automation.id, runId: run(1).id },
        { ...ofOther, runId: run(8).id },
      ])
    })

    it('those that listen are enabled and have an event trigger', async () => {
      const trigger = { kind: 'event', eventTypes: ['a'] } as const
      const document = { version: 1, trigger, steps: [] } as const
      const off = anAutomation({ id: 'off' as Automation['id'], document, enabled: false })
      await put(store(), { automations: [automation, off] })
      expect(await store().listeningAutomations()).toEqual([])
      await put(store(), { automations: [{ ...off, enabled: true }] })
      const listening = { tenantId: TENANT_ID, automationId: off.id, trigger, heardUpTo: 0 }
      expect(await store().listeningAutomations()).toEqual([listening])
      await put(store(), { automations: [{ ...off, enabled: true, heardUpTo: 7 }] })
      expect(await store().listeningAutomations()).toEqual([{ ...listening, heardUpTo: 7 }])
    })

    it('those with a schedule are due from their next instant on, while they are enabled', async () => {
      const schedule: Schedule = {
        zone: 'UTC',
        rules: [{ frequency: 'DAILY', interval: 1, weekStart: 0 }],
        start: { kind: 'instant', instantMs: START_MS },
        dstGap: 'shift',
      }
      const trigger = { kind: 'schedule', sent: { recurrence: 'FREQ=DAILY' }, schedule } as const
      const daily = anAutomation({
        document: { version: 1, trigger, steps: [] },
        nextInstant: START_MS + 5,
      })
      const off = { ...daily, id: 'off' as Automation['id'], enabled: false }
      const { nextInstant: _none, ...over } = { ...daily, id: 'x-over' as Automation['id'] }
      const theirs = {
        ...daily,
        id: '0-theirs' as Automation['id'],
        tenantId: OTHER_TENANT,
        nextInstant: START_MS,
      }
      await put(store(), { automations: [daily, off, over] })
      await put(store(), { automations: [theirs] })
      const refs = [theirs, daily].map(({ tenantId, id }) => ({ tenantId, automationId: id }))
      expect(await store().dueAutomations(START_MS + 4, 9)).toEqual(refs.slice(0, 1))
      expect(await store().nextAutomationAt(START_MS)).toBe(START_MS + 5)
      expect(await store().dueAutomations(START_MS + 5, 9)).toEqual(refs)
      expect(await store().dueAutomations(START_MS + 5, 1)).toEqual(refs.slice(0, 1))
      expect(await store().scheduledAutomations()).toEqual([
        { ...refs[0], schedule, nextInstant: START_MS },
        { ...refs[1], schedule, nextInstant: START_MS + 5 },
        { tenantId: TENANT_ID, automationId: over.id, schedule },
      ])
    })

    it('listeners are told of automations and runs that were saved or removed', async () => {
      const told: boolean[] = []
      store().onCommit(({ automations }) => told.push(automations))
      const turn = () => new Promise((resolve) => setImmediate(resolve))
      await put(store(), { automations: [automation] })
      await turn()
      await put(store(), { automationRuns: [run(1)] })
      await turn()
      await given().app()
      await turn()
      await remove(store(), TENANT_ID, { automations: [automation.id] })
      await turn()
      expect(told).toEqual([true, true, true])
    })

    it('runs that ended before are forgotten, others never', async () => {
      await put(store(), { automations: [automation] })
      const over = { state: 'finished', endedAt: START_MS + 5 } as const
      const young = { state: 'failed', endedAt: START_MS + 6 } as const
      await put(store(), { automationRuns: [run(1), run(2, over), run(3, young), underWay(4, { dueAt: 1 })] })
      const none = { scriptLogsBefore: 0, eventsBefore: 0, sendsBefore: 0 }
      const forget = (reloadsBefore: number) =>
        store().forget({ ...none, reloadsBefore, seenAt: START_MS, max: 9 })
      expect(await forget(START_MS + 6)).toMatchObject({ automationRuns: 1 })
      const left = await Promise.all([1, 2, 3, 4].map((n) => store().automationRun(TENANT_ID, run(n).id)))
      expect(left.map((one) => one !== undefined)).toEqual([true, false, true, true])
    })
  })
}
