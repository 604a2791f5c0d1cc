import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anAutomationRun } from '../../../test/support/records.ts'
import type { ReloadId } from '../ids.ts'
import type { Filter, Step } from './automation.ts'
import { RUN_TIME_MAX_MS } from './limits.ts'
import { effectOf, goOn, type StepNews, settled, started } from './progress.ts'
import { type AutomationRun, isOver, underWay, wakeAt } from './run.ts'

const HOUR = 3_600_000

/** Whether step `of` ended so. */
const after = (of: number, value: string): Filter => ({
  text: '',
  node: { kind: 'compare', attribute: `steps.s${of}.status`, operator: 'eq', value },
})

const drawnSteps = fc.array(
  fc.record({
    kind: fc.constantFrom('reload', 'call', 'task', 'notify', 'wait'),
    onFailure: fc.constantFrom('stop', 'continue'),
    condition: fc.option(fc.tuple(fc.nat(5), fc.constantFrom('succeeded', 'failed', 'skipped'))),
  }),
  { maxLength: 6 },
)

function stepsOf(drawn: typeof drawnSteps extends fc.Arbitrary<infer Drawn> ? Drawn : never): Step[] {
  return drawn.map(({ kind, onFailure, condition }, at): Step => {
    const basis = {
      id: `s${at}`,
      onFailure,
      ...(condition === null ? {} : { when: after(condition[0], condition[1]) }),
    }
    switch (kind) {
      case 'reload':
        return { ...basis, kind, appId: 'a', partial: false, variables: {} }
      case 'call':
        return { ...basis, kind, method: 'POST', url: '', headers: {}, sealedHeaders: {}, retries: 1 }
      case 'task':
        return { ...basis, kind, taskId: 't' }
      case 'notify':
        return { ...basis, kind, to: { channel: 'mail', to: [], subject: 's' }, text: 't', retries: 1 }
      default:
        return { ...basis, kind, ms: HOUR }
    }
  })
}

/** 0: succeeded, 1: failed, 2: awaits a reload first, 3: again an hour later, 4: no room for an hour. */
const NEWS: readonly ((now: number) => StepNews)[] = [
  () => ({ kind: 'ended', state: 'succeeded' }),
  () => ({ kind: 'ended', state: 'failed', error: 'no' }),
  () => ({ kind: 'awaits', reloadId: 'r' as ReloadId }),
  (now) => ({ kind: 'again', dueAt: now + HOUR, error: 'later' }),
  (now) => ({ kind: 'later', dueAt: now + HOUR }),
]

const drawnNews = fc.array(fc.nat(4), { minLength: 60, maxLength: 60 })

test('a run takes its steps in order, one at a time, and ends as the steps did, whatever comes of them', () => {
  fc.assert(
    fc.property(drawnSteps, drawnNews, fc.option(fc.nat(12)), (drawn, news, stopAt) => {
      let now = 1000
      let reloads = 0
      const going = () => ({ now, newReloadId: () => `reload ${++reloads}` as ReloadId })
      const steps = stepsOf(drawn)
      let run: AutomationRun = goOn(started(anAutomationRun({ steps }), now), going())
      for (let turn = 0; !isOver(run); turn++) {
        expect(turn, 'it comes to an end').toBeLessThan(100)
        if (turn === stopAt) run = goOn({ ...run, stopAskedAt: now }, going())
        const { kind } = effectOf(run, now)
        const ids = run.results.map(({ stepId }) => stepId)
        expect(ids, 'a beginning of its steps').toEqual(steps.slice(0, ids.length).map(({ id }) => id))
        expect(run.results.slice(0, -1).filter(({ state }) => state === 'running')).toEqual([])
        if (isOver(run)) break
        if (kind === 'none') {
          now = wakeAt(run) ?? now
          expect(now).toBeGreaterThan(0)
          run = goOn(run, going())
        } else if (kind === 'withdraw') run = settled(run, { kind: 'withdrawn' }, now)
        else run = goOn(settled(run, NEWS[turn < 40 ? news[turn]! : 0]!(now), now), going())
      }
      const failed = run.results.filter(({ state }) => state === 'failed')
      const last = failed.at(-1)
      const isFatal = steps.find(({ id }) => id === last?.stepId)?.onFailure === 'stop'
      if (run.stopAskedAt !== undefined) expect(run.state).toBe('stopped')
      else if (isFatal) expect([run.state, run.results.at(-1)]).toEqual(['failed', last])
      else {
        expect(run.results).toHaveLength(steps.length)
        expect(run.state).toBe(failed.length > 0 ? 'finished with warnings' : 'finished')
      }
      expect([underWay(run), wakeAt(run)]).toEqual([undefined, undefined])
      expect(goOn(run, going())).toBe(run)
      const made = run.results.flatMap(({ reloadId }) => reloadId ?? [])
      expect(new Set(made).size, 'each reload step has a reload of its own').toBe(made.length)
    }),
  )
})

test('a run that lasts too long ends so, its reload withdrawn', () => {
  const steps = stepsOf([{ kind: 'reload', onFailure: 'stop', condition: null }])
  const going = (now: number) => ({ now, newReloadId: () => 'r' as ReloadId })
  const run = goOn(started(anAutomationRun({ steps }), 0), going(0))
  const late = RUN_TIME_MAX_MS + 1
  expect(effectOf(run, late)).toEqual({ kind: 'withdraw', reloadId: 'r' })
  expect(settled(run, { kind: 'withdrawn' }, late)).toMatchObject({ state: 'exceeded limit' })
})

test('a wait that a clock ahead has stamped begins anew', () => {
  const steps = stepsOf([{ kind: 'wait', onFailure: 'stop', condition: null }])
  const going = (now: number) => ({ now, newReloadId: () => 'r' as ReloadId })
  const ahead = goOn(started(anAutomationRun({ steps }), 400 * 24 * HOUR), going(400 * 24 * HOUR))
  const right = goOn({ ...ahead, startedAt: 1000 }, going(1000))
  expect(wakeAt(right)).toBe(1000 + HOUR)
  expect(goOn(right, going(1000 + HOUR)).state).toBe('finished')
})
