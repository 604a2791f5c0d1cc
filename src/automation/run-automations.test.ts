/** The loop of automations, on the model of a store, in virtual time: days pass at once. */
import { describe, expect, test } from 'vitest'
import { automationScene, load, OK, rest, tell } from '../../test/support/automation-scene.ts'
import { put } from '../../test/support/catalog.ts'
import {
  APP_ID,
  AUTOMATION_ID,
  anApp,
  anAutomation,
  anAutomationRun,
  aTask,
  aTenant,
  aUser,
  OWNER_ID,
  TASK_ID,
  TENANT_ID,
} from '../../test/support/records.ts'
import type { AutomationId, AutomationRunId, UserId } from '../core/ids.ts'
import { HOUR, MINUTE, SECOND } from '../core/units.ts'
import type { CallAnswer } from '../delivery/caller.ts'
import type { Store } from '../store/port/store.ts'
import { goingOn, stopping } from './run-steps.ts'

describe('a run', () => {
  test('reloads, waits for the outcome, calls with its values, waits, and ends finished', async () => {
    const { start, ask, read, end, until, ended, active, calls, reloads, machine } = await automationScene([
      load,
      tell,
      rest,
    ])
    start()
    const id = await ask({ input: { day: 'monday' } })
    await until(async () => (await active()) !== undefined)
    expect(await active()).toMatchObject({
      trigger: 'automations',
      resourceType: 'automate',
      resourceId: AUTOMATION_ID,
      userId: OWNER_ID,
      variables: { day: 'monday' },
      provenance: { authType: 'system', automationChain: 1 },
    })
    expect(await read(id)).toMatchObject({
      state: 'running',
      results: [{ stepId: 'load', state: 'running' }],
    })
    const { id: reloadId } = await end()
    await until(() => calls.length === 1)
    expect(calls[0]).toMatchObject({
      key: `${id}/tell`,
      url: 'https://chat.example.com/SUCCEEDED',
      sealedHeaders: { 'x-key': 'sealed' },
      body: {
        text: JSON.stringify({ text: 'ended SUCCEEDED', reload: reloadId }),
        contentType: 'application/json',
      },
    })
    await until(async () => (await read(id)).results.length === 3)
    const began = machine.elapsed()
    await ended(id)
    expect(machine.elapsed() - began).toBeCloseTo(HOUR, -3)
    expect(await read(id)).toMatchObject({
      state: 'finished',
      results: [
        { state: 'succeeded', tries: 1, answer: { outcome: 'SUCCEEDED', reloadId, appId: APP_ID } },
        {
          state: 'succeeded',
          sent: {
            method: 'POST',
            url: 'https://chat.example.com/SUCCEEDED',
            headers: { 'x-key': '**OMITTED**' },
          },
          answer: { statusCode: 200, body: '{"ticket":7}' },
        },
        { stepId: 'rest', state: 'succeeded' },
      ],
    })
    expect(await reloads()).toHaveLength(1)
  })

  test('ends failed at a step that fails, and goes on with warnings where that is wanted', async () => {
    const strict = await automationScene([load, tell])
    strict.start()
    const first = await strict.ask()
    await strict.until(async () => (await strict.active()) !== undefined)
    await strict.end('failed')
    await strict.ended(first)
    expect(await strict.read(first)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/^load: the reload ended EXCEEDED_LIMIT/),
      results: [{ state: 'failed', answer: { outcome: 'EXCEEDED_LIMIT' } }],
    })
    expect(strict.calls).toEqual([])
    const node = { kind: 'compare', attribute: 'steps.load.status', operator: 'eq', value: 'failed' } as const
    const onlyThen = { ...tell, when: { text: '', node } }
    const never = { ...rest, when: { text: '', node: { ...node, value: 'succeeded' } } }
    const lax = await automationScene([{ ...load, onFailure: 'continue' }, onlyThen, never])
    lax.start()
    const second = await lax.ask()
    await lax.until(async () => (await lax.active()) !== undefined)
    await lax.end('failed')
    await lax.ended(second)
    expect(lax.calls).toHaveLength(1)
    expect(await lax.read(second)).toMatchObject({
      state: 'finished with warnings',
      results: [{ state: 'failed' }, { state: 'succeeded' }, { state: 'skipped' }],
    })
  })

  test('waits while the app has another reload, and makes its own after the end of that', async () => {
    const { start, ask, read, end, until, active, ended, reloads } = await automationScene([load])
    start()
    const [first, second] = [await ask(), await ask()]
    await until(async () => (await active()) !== undefined)
    expect((await read(second)).held, 'one run of an automation at a time').toBe(true)
    await end()
    await until(async () => (await read(second)).state === 'running' && (await active()) !== undefined)
    const [, own] = await reloads()
    expect((await read(first)).state).toBe('finished')
    expect((await read(second)).results[0]!.reloadId).toBe(own!.id)
    await end()
    await ended(second)
    const {
      start: startOther,
      ask: askOther,
      ...other
    } = await automationScene([load], { maxConcurrentRuns: 2 })
    startOther()
    const both = [await askOther(), await askOther()]
    await other.until(async () => (await other.read(both[1]!)).results[0]?.awaits !== undefined)
    const busy = await other.active()
    expect((await other.read(both[1]!)).results[0], 'it awaits that one').toMatchObject({ awaits: busy!.id })
    await other.end()
    await other.until(async () => ![busy!.id, undefined].includes((await other.active())?.id))
    await other.end()
    for (const id of both) await other.ended(id)
    expect(await other.reloads()).toHaveLength(2)
  })

  test('tries a call again after a while, as the target asks, under the same key; not what is plainly wrong', async () => {
    const answers: CallAnswer[] = [
      { kind: 'failed', detail: 'connection refused', final: false },
      { kind: 'answered', status: 503, body: 'later', retryAfterMs: 20 * MINUTE },
      OK,
      { kind: 'answered', status: 404, body: 'no' },
      { kind: 'failed', detail: 'address not allowed', final: true },
    ]
    const { start, ask, read, ended, calls } = await automationScene([
      { ...tell, url: 'https://a.example.com/' },
    ])
    start(() => answers.shift()!)
    const first = await ask()
    await ended(first)
    expect(calls.map(({ key }) => key)).toEqual(new Array(3).fill(`${first}/tell`))
    expect(calls[1]!.sentAt - calls[0]!.sentAt).toBeGreaterThanOrEqual(5 * SECOND)
    expect(calls[2]!.sentAt - calls[1]!.sentAt).toBeGreaterThanOrEqual(20 * MINUTE)
    expect((await read(first)).results[0]).toMatchObject({ state: 'succeeded', tries: 3 })
    const wrong = await ask()
    await ended(wrong)
    expect(await read(wrong)).toMatchObject({ state: 'failed', error: 'tell: the target answered 404' })
    const private_ = await ask()
    await ended(private_)
    expect(await read(private_)).toMatchObject({ state: 'failed', error: 'tell: address not allowed' })
    expect(calls).toHaveLength(5)
  })

  test('starts a task once, and ends as its run does', async () => {
    const start_ = { id: 'go', kind: 'task', taskId: TASK_ID, onFailure: 'stop' } as const
    const { store, start, ask, read, end, until, active, ended, reloads } = await automationScene([start_])
    await put(store, { tasks: [aTask({ ownerId: OWNER_ID })] })
    start()
    const id = await ask()
    await until(async () => (await active()) !== undefined)
    expect(await active()).toMatchObject({ resourceId: TASK_ID, provenance: { automationChain: 1 } })
    await end()
    await ended(id)
    expect(await read(id)).toMatchObject({
      state: 'finished',
      results: [{ answer: { outcome: 'succeeded' } }],
    })
    expect(await reloads()).toHaveLength(1)
    await put(store, { users: [aUser({ id: OWNER_ID }), aUser({ id: 'boss' as UserId })] })
    await put(store, { apps: [anApp({ ownerId: 'boss' as UserId })] })
    const refused = await ask()
    await ended(refused)
    expect((await read(refused)).error).toMatch('owner may not reload its app')
  })

  test('may only what its owner may, who must be active; and nothing when the automation is off', async () => {
    const { store, start, ask, read, ended, automation, reloads } = await automationScene([load])
    await put(store, { apps: [anApp({ ownerId: 'somebody else' as UserId })] })
    start()
    const first = await ask()
    await ended(first)
    expect((await read(first)).error).toBe("load: the automation's owner may not reload the app")
    await put(store, { users: [aUser({ id: OWNER_ID, status: 'disabled' })] })
    const second = await ask()
    await ended(second)
    expect(await read(second)).toMatchObject({
      state: 'failed',
      error: "the automation's owner is not active",
    })
    await put(store, { automations: [{ ...automation, enabled: false }] })
    const third = await ask()
    await ended(third)
    expect(await read(third)).toMatchObject({ state: 'stopped', results: [] })
    expect(await reloads()).toEqual([])
  })
})

describe('stopping a run', () => {
  test('cancels its reload; a queued one ends at once', async () => {
    const { store, start, ask, read, until, active, ended, reloads, deps } = await automationScene([
      load,
      tell,
    ])
    start()
    const [id, queued] = [await ask(), await ask()]
    await until(async () => (await active()) !== undefined)
    const stop = (runId: AutomationRunId) =>
      store.change([stopping(deps, { tenantId: TENANT_ID, automationId: AUTOMATION_ID, runId })])
    await stop(queued)
    expect(await read(queued)).toMatchObject({ state: 'stopped', results: [] })
    await stop(id)
    await ended(id)
    expect(await read(id)).toMatchObject({ state: 'stopped', results: [{ state: 'stopped' }] })
    expect(await reloads()).toMatchObject([{ state: 'CANCELED' }])
  })

  test('ends a wait, and what comes of a call that is under way changes nothing any more', async () => {
    const { store, start, ask, read, until, ended, calls, deps } = await automationScene([tell, rest])
    let answer = (_answer: CallAnswer): void => undefined
    start(() => new Promise((resolve) => (answer = resolve)))
    const id = await ask()
    await until(() => calls.length === 1)
    await store.change([stopping(deps, { tenantId: TENANT_ID, automationId: AUTOMATION_ID, runId: id })])
    answer(OK)
    await ended(id)
    expect(await read(id)).toMatchObject({
      state: 'stopped',
      results: [{ state: expect.stringMatching(/stopped|succeeded/) }],
    })
    expect((await read(id)).results).toHaveLength(1)
  })
})

describe('many runs', () => {
  test('of one tenant do not hold up those of another, and a slow answer holds up nobody', async () => {
    const world = await automationScene([tell], { maxConcurrentRuns: 10 })
    const { store, start, ask, until, read } = world
    const theirs = aTenant({ id: 'otherotherotherotherotherotherot' as never, hostnames: [] })
    await put(store, { tenants: [theirs] })
    const ofThem = { tenantId: theirs.id, id: 'theirs' as AutomationId }
    await put(store, { users: [aUser({ tenantId: theirs.id, id: 'their' as UserId })] })
    await put(store, { automations: [anAutomation({ ...ofThem, ownerId: 'their' as UserId })] })
    start(() => new Promise(() => undefined))
    for (let made = 0; made < 30; made++) await ask()
    await until(async () => (await read(await ask())).state !== undefined)
    const id = 'f198c1de-0000-7000-8000-000000000001' as AutomationRunId
    const run = anAutomationRun({
      id,
      tenantId: theirs.id,
      automationId: ofThem.id,
      ownerId: 'their' as UserId,
    })
    await put(store, { automationRuns: [run] })
    await until(async () => (await store.automationRun(theirs.id, id))?.state === 'finished')
  })

  test('a run that cannot go on is left alone for a while, and the others go on', async () => {
    const { store, start, ask, until, read } = await automationScene([{ ...rest, ms: 1 }], {
      maxConcurrentRuns: 2,
    })
    const bad = await ask()
    let failures = 0
    const broken = new Proxy<Store>(store, {
      get(target, name) {
        if (name !== 'change') return (target[name as keyof Store] as () => unknown).bind(target)
        return async (batch: readonly { readonly runId?: AutomationRunId }[]) => {
          if (batch[0]?.runId === bad && failures++ < 2) throw new Error('a bug of ours')
          return target.change(batch as never)
        }
      },
    })
    start(undefined, broken)
    const good = await ask()
    await until(async () => (await read(good)).state === 'finished')
    await until(async () => (await read(bad)).state === 'finished', 5 * MINUTE)
    expect(failures).toBeGreaterThanOrEqual(2)
  })
})

test('going on twice at the same time begins a run once', async () => {
  const { store, ask, read, deps } = await automationScene([rest])
  const runId = await ask()
  const ref = { tenantId: TENANT_ID, automationId: AUTOMATION_ID, runId }
  const answers = await store.change([goingOn(deps, ref), goingOn(deps, ref)])
  expect(answers[0]).toEqual(answers[1])
  expect((await read(runId)).results).toHaveLength(1)
})
