/** What makes reloads and hears of them: tasks, automations and webhooks. */
import * as automations from '@qlik/api/automations'
import * as reloadTasks from '@qlik/api/reload-tasks'
import * as scheduling from '@qlik/api/scheduling/tasks'
import * as tasks from '@qlik/api/tasks'
import * as webhooks from '@qlik/api/webhooks'
import { expect } from 'vitest'
import type { SubscriptionId } from '../../../src/core/ids.ts'
import { makeSends } from '../../../src/delivery/send.ts'
import type { Send } from '../../../src/event/delivery.ts'
import { addApp, succeedNext } from '../../support/reload-steps.ts'
import { chainedTask, scheduledTask } from '../../support/task-documents.ts'
import type { Scene } from './shown.ts'

const gone = async (asked: Promise<unknown>) => expect(asked).rejects.toMatchObject({ status: 404 })

export async function schedulingWorks({ shown, options, api, acme }: Scene): Promise<void> {
  const app = await addApp(api, acme.admin.user)
  const parts = { store: api.store, world: api.world, settleRules: api.deps.settleRules }
  const document = scheduledTask(app.id, { enabled: true }) as scheduling.Task
  const { data: made } = await shown.works(
    'scheduling/tasks.createTask',
    scheduling.createTask({}, document, options),
    ({ data }) => expect(data).toMatchObject({ name: 'nightly sales', enabled: true }),
  )
  const id = made.id!
  const { data: after } = await shown.works(
    'scheduling/tasks.createTaskWithoutQuery',
    scheduling.createTaskWithoutQuery(chainedTask(app.id, id) as scheduling.Task, options),
    ({ data }) => expect(data.name).toBe('after nightly sales'),
  )
  const read = async () => (await scheduling.getTask(id, options)).data
  const works = <Answer>(name: string, answer: Promise<Answer>, check: (answer: Answer) => unknown) =>
    shown.works(`scheduling/tasks.${name}`, answer, check)
  await works('getTask', scheduling.getTask(id, options), ({ data }) => expect(data.id).toBe(id))
  await works('getTasks', scheduling.getTasks({ resourceId: app.id }, options), ({ data }) =>
    expect(data.data).toHaveLength(2),
  )
  await works(
    'patchTask',
    scheduling.patchTask(id, [{ op: 'replace', path: '/name', value: 'patched' }], options),
    async () => expect((await read()).name).toBe('patched'),
  )
  await works('updateTask', scheduling.updateTask(id, { ...document, name: 'put' }, options), async () =>
    expect((await read()).name).toBe('put'),
  )
  await works('startTask', scheduling.startTask(id, { source: 'test' }, options), () =>
    succeedNext(parts, 'Log\r\n'),
  )
  const last = await works('getTaskLastRun', scheduling.getTaskLastRun(id, options), ({ data }) =>
    expect(data).toMatchObject({ status: 'SUCCEEDED', triggeredBy: 'test' }),
  )
  await works('getTaskRunLog', scheduling.getTaskRunLog(id, last.data.id, options), ({ data }) =>
    expect(data.logContent).toBe('Log\r\n'),
  )
  await works('getTaskRuns', scheduling.getTaskRuns(id, {}, options), ({ data }) =>
    expect(data.data).toHaveLength(1),
  )
  await works('getTaskResourceRuns', scheduling.getTaskResourceRuns(app.id, {}, options), ({ data }) =>
    expect(data.data).toHaveLength(1),
  )
  await works('getTaskGraphChildren', scheduling.getTaskGraphChildren(id, {}, options), ({ data }) =>
    expect(data.data?.[0]?.id).toBe(after.id),
  )
  await works('getTaskGraphParents', scheduling.getTaskGraphParents(after.id!, {}, options), ({ data }) =>
    expect(data.data?.[0]?.id).toBe(id),
  )
  for (const [name, graph] of [
    ['getTaskGraphAncestors', scheduling.getTaskGraphAncestors],
    ['getTaskGraphDescendants', scheduling.getTaskGraphDescendants],
    ['getTaskSubgraph', scheduling.getTaskSubgraph],
  ] as const) {
    await works(name, graph(id, { level: 5, withTask: true }, options), ({ data }) =>
      expect(data.vertices?.[0]?.task?.id).toBe(id),
    )
  }
  await works('deleteTask', scheduling.deleteTask(after.id!, options), () =>
    gone(scheduling.getTask(after.id!, options)),
  )
}

export async function tasksWork({ shown, options, api, acme }: Scene): Promise<void> {
  const app = await addApp(api, acme.admin.user)
  const parts = { store: api.store, world: api.world, settleRules: api.deps.settleRules }
  const body = {
    appId: app.id,
    timeZone: 'UTC',
    recurrence: ['FREQ=DAILY'],
    startDateTime: '2026-11-01T06:00:00',
  }
  const { data: old } = await shown.works(
    'reload-tasks.createReloadTask',
    reloadTasks.createReloadTask(body, options),
    ({ data }) => expect(data.appId).toBe(app.id),
  )
  await shown.works('reload-tasks.getReloadTask', reloadTasks.getReloadTask(old.id, options), ({ data }) =>
    expect(data.id).toBe(old.id),
  )
  await shown.works(
    'reload-tasks.getReloadTasks',
    reloadTasks.getReloadTasks({ appId: app.id }, options),
    ({ data }) => expect(data.data.map((one) => one.id)).toEqual([old.id]),
  )
  await shown.works(
    'reload-tasks.updateReloadTask',
    reloadTasks.updateReloadTask(old.id, { ...body, state: 'Disabled' }, options),
    ({ data }) => expect(data.state).toBe('Disabled'),
  )
  const document = scheduledTask(app.id, { enabled: true }) as tasks.Task
  const { data: made } = await shown.works(
    'tasks.createTask',
    tasks.createTask({}, document, options),
    ({ data }) => expect(data.name).toBe('nightly sales'),
  )
  const id = made.id!
  const works = <Answer>(name: string, answer: Promise<Answer>, check: (answer: Answer) => unknown) =>
    shown.works(`tasks.${name}`, answer, check)
  await works('getTask', tasks.getTask(id, options), ({ data }) => expect(data.id).toBe(id))
  await works('getTasks', tasks.getTasks({ resourceId: app.id }, options), ({ data }) =>
    expect(data.data?.map((one) => one.id)).toContain(id),
  )
  await works('updateTask', tasks.updateTask(id, { ...document, name: 'put' }, options), ({ data }) =>
    expect(data.name).toBe('put'),
  )
  await works('startTask', tasks.startTask(id, {}, options), () => succeedNext(parts, 'Log\r\n'))
  const last = await works('getLastTaskRun', tasks.getLastTaskRun(id, options), ({ data }) =>
    expect(data.status).toBe('SUCCEEDED'),
  )
  await works('getTaskRunLog', tasks.getTaskRunLog(id, last.data.id, options), ({ data }) =>
    expect(JSON.stringify(data)).toContain('Log'),
  )
  await works('getTaskRuns', tasks.getTaskRuns(id, {}, options), ({ data }) =>
    expect(data.data).toHaveLength(1),
  )
  await works('getTasksResourceRuns', tasks.getTasksResourceRuns(app.id, {}, options), ({ data }) =>
    expect(data.data).toHaveLength(1),
  )
  await works('deleteTask', tasks.deleteTask(id, options), () => gone(tasks.getTask(id, options)))
  await shown.works('reload-tasks.deleteReloadTask', reloadTasks.deleteReloadTask(old.id, options), () =>
    gone(reloadTasks.getReloadTask(old.id, options)),
  )
}

export async function automationsWork({ shown, options, acme }: Scene): Promise<void> {
  const works = <Answer>(name: string, answer: Promise<Answer>, check: (answer: Answer) => unknown) =>
    shown.works(`automations.${name}`, answer, check)
  const steps = [{ id: 'rest', kind: 'wait', seconds: 60 }]
  const { data: made } = await works(
    'createAutomation',
    automations.createAutomation({ name: 'a', workspace: { version: 1, steps } }, options),
    ({ data }) => expect(data.name).toBe('a'),
  )
  const id = made.id!
  const read = async () => (await automations.getAutomation(id, options)).data
  await works('getAutomation', automations.getAutomation(id, options), ({ data }) => expect(data.id).toBe(id))
  await works('getAutomationWithQuery', automations.getAutomationWithQuery(id, {}, options), ({ data }) =>
    expect(data.id).toBe(id),
  )
  await works('getAutomations', automations.getAutomations({ filter: 'name eq "a"' }, options), ({ data }) =>
    expect(data.data?.map((one) => one.id)).toEqual([id]),
  )
  await works('updateAutomation', automations.updateAutomation(id, { name: 'A' }, options), async () =>
    expect((await read()).name).toBe('A'),
  )
  await works('disableAutomation', automations.disableAutomation(id, options), async () =>
    expect((await read()).state).toBe('disabled'),
  )
  await works('enableAutomation', automations.enableAutomation(id, options), async () =>
    expect((await read()).state).toBe('available'),
  )
  const copy = await works(
    'copyAutomation',
    automations.copyAutomation(id, { name: 'copy' }, options),
    async ({ data }) => expect((await automations.getAutomation(data.id!, options)).data.name).toBe('copy'),
  )
  const { data: run } = await works(
    'queueAutomationRun',
    automations.queueAutomationRun(id, { context: 'api' }, options),
    ({ data }) => expect(data.status).toBe('queued'),
  )
  await works('getAutomationRun', automations.getAutomationRun(id, run.id!, options), ({ data }) =>
    expect(data.id).toBe(run.id),
  )
  await works(
    'getAutomationRunWithQuery',
    automations.getAutomationRunWithQuery(id, run.id!, {}, options),
    ({ data }) => expect(data.id).toBe(run.id),
  )
  await works('stopAutomationRun', automations.stopAutomationRun(id, run.id!, options), async () =>
    expect((await automations.getAutomationRun(id, run.id!, options)).data.status).toBe('stopped'),
  )
  await works('retryAutomationRun', automations.retryAutomationRun(id, run.id!, options), async () =>
    expect((await automations.getAutomationRuns(id, {}, options)).data.data).toHaveLength(2),
  )
  await works('getAutomationRuns', automations.getAutomationRuns(id, { limit: 10 }, options), ({ data }) =>
    expect(data.data).toHaveLength(2),
  )
  const bob = (await acme.person('automator')).user.id
  const other = await automations.createAutomation({ name: 'given' }, options)
  await works(
    'changeOwnerAutomation',
    automations.changeOwnerAutomation(other.data.id!, { userId: bob }, options),
    async () =>
      expect((await automations.getAutomations({ listAll: true }, options)).data.data).toContainEqual(
        expect.objectContaining({ id: other.data.id, ownerId: bob }),
      ),
  )
  await works(
    'moveAutomation',
    automations.moveAutomation(copy.data.id!, { userId: bob }, options),
    async () =>
      expect((await automations.getAutomations({ listAll: true }, options)).data.data).toContainEqual(
        expect.objectContaining({ id: copy.data.id, ownerId: bob }),
      ),
  )
  await works('deleteAutomation', automations.deleteAutomation(id, options), () => gone(read()))
}

export async function webhooksWork(scene: Scene): Promise<void> {
  const { shown, options } = scene
  const works = <Answer>(name: string, answer: Promise<Answer>, check: (answer: Answer) => unknown) =>
    shown.works(`webhooks.${name}`, answer, check)
  const body = { name: 'w', url: 'https://example.com/hook', eventTypes: ['com.qlik.v1.reload.finished'] }
  const { data: made } = await works(
    'createWebhook',
    webhooks.createWebhook({ ...body, enabled: true } as never, options),
    ({ data }) => expect(data.name).toBe('w'),
  )
  const { id } = made as { id: string }
  const read = async () => (await webhooks.getWebhook(id, options)).data
  await works('getWebhook', webhooks.getWebhook(id, options), ({ data }) => expect(data.name).toBe('w'))
  await works('getWebhooks', webhooks.getWebhooks({ name: 'w' }, options), ({ data }) =>
    expect(data.data?.map((one) => one.name)).toEqual(['w']),
  )
  await works(
    'patchWebhook',
    webhooks.patchWebhook(id, [{ op: 'replace', path: '/name', value: 'x' }] as never, options),
    async () => expect((await read()).name).toBe('x'),
  )
  await works(
    'updateWebhook',
    webhooks.updateWebhook(id, { ...body, name: 'y' } as never, options),
    async () => expect((await read()).name).toBe('y'),
  )
  await shown.constant('webhooks.getWebhookEventTypes', webhooks.getWebhookEventTypes(options), ({ data }) =>
    expect(JSON.stringify(data)).toContain('com.qlik.v1.reload.finished'),
  )
  const { id: delivery } = await sent(scene, id)
  await works('getWebhookDeliveries', webhooks.getWebhookDeliveries(id, {}, options), ({ data }) =>
    expect(data.data?.map((one) => one.id)).toEqual([delivery]),
  )
  await works('getWebhookDelivery', webhooks.getWebhookDelivery(id, delivery, options), ({ data }) =>
    expect(data.id).toBe(delivery),
  )
  await works('resendWebhookDelivery', webhooks.resendWebhookDelivery(id, delivery, options), async () =>
    expect((await webhooks.getWebhookDeliveries(id, {}, options)).data.data).toHaveLength(2),
  )
  await works('deleteWebhook', webhooks.deleteWebhook(id, options), () => gone(read()))
}

/** The send of a reload that ended, as the loop records it. */
async function sent({ api, acme, options }: Scene, webhook: string): Promise<Send> {
  await webhooks.patchWebhook(webhook, [{ op: 'replace', path: '/enabled', value: true }] as never, options)
  const app = await addApp(api, acme.admin.user)
  await acme.admin.call('POST', '/api/v1/reloads', { appId: app.id })
  const { reload } = await succeedNext({
    store: api.store,
    world: api.world,
    settleRules: api.deps.settleRules,
  })
  const event = (await api.store.eventsOf(reload.id)).find(
    ({ type }) => type === 'com.qlik.v1.reload.finished',
  )!
  const [delivery] = await api.store.deliveriesOf(event.id)
  const subscription = await api.store.subscription(acme.tenant.id, webhook as SubscriptionId)
  const [made] = await makeSends(
    { ...api.world, channel: api.deps.channel },
    [{ event, deliveryId: delivery!.id }],
    subscription!,
  )
  await api.store.addSend(made!.send, () => undefined)
  return made!.send
}
