/** `reprise run` as its users run it, against a real service that is killed meanwhile. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandEnvironment, endCommands, startCommand } from '../support/command-process.ts'
import {
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

const ENDLESS = 'T: LOAD 1 AS a AUTOGENERATE 1;\nSLEEP 600000;'
const folder = newDataFolder()
let service: ServiceProcess

beforeAll(async () => {
  service = await startServiceProcess(folder, { REPRISE_SLOTS: '4' })
})
afterAll(async () => {
  endCommands()
  await endAll()
})

const run = (...args: string[]) => startCommand(commandEnvironment(service), ['run', ...args])

async function newApp(name: string, script: string): Promise<string> {
  const appId = await service.client.createApp(name)
  await service.client.setScript(appId, script)
  return appId
}

/** A task that starts by hand. */
function aTaskDocument(name: string, appId: string) {
  const reload = { name: 'r', functionRef: { refName: 'app.reload', arguments: { appId, partial: false } } }
  const state = { name: 'r', type: 'EVENT', end: true, onEvents: [{ eventRefs: [], actions: [reload] }] }
  const start = {
    stateName: 'r',
    schedule: { recurrence: 'RRULE:FREQ=YEARLY', startDateTime: '2090-01-01T00:00:00' },
  }
  return { name, specVersion: '1.0', enabled: true, start, states: [state] }
}

const reloadOf = (lines: readonly string[]) => /reload (\S+)/.exec(lines[0]!)![1]!
const isStarted = (line: string) => line.startsWith('reload ')

describe('reprise run', { timeout: 120_000 }, () => {
  it('finds an app by its exact name, sets variables, waits, and prints the record', async () => {
    const appId = await newApp('Sales of today', `T: LOAD '$(region)' AS r AUTOGENERATE $(rows);`)
    await newApp('sales of today', ENDLESS)
    const wish = ['--variable', 'region=a=b', '--variable', 'rows=7', '--weight', '3']
    const { ended, printed } = run('Sales of today', '--wait', '--json', ...wish)
    expect(await ended).toBe(0)
    const record = JSON.parse(printed.find((line) => line.startsWith('{'))!)
    expect(record).toMatchObject({
      appId,
      status: 'SUCCEEDED',
      log: expect.stringContaining('T << AUTOGENERATE(7) 7 Lines'),
    })
  })

  it('starts a task by its name, once whatever breaks, and waits for its reload', async () => {
    const appId = await newApp('of a task', 'T: LOAD 1 AS a AUTOGENERATE 1;')
    const task = aTaskDocument('every night', appId)
    const { id } = await service.client.call<{ id: string }>('POST', '/api/scheduling/tasks', task)
    const { ended, printed } = run('every night', '--wait')
    expect(await ended).toBe(0)
    expect(printed[0]).toMatch(new RegExp(`^reload \\w+ of "every night", task ${id}$`))
    const start = `/api/scheduling/tasks/${id}/actions/start`
    const again = () =>
      service.client.call<{ runId: string }>('POST', start, undefined, {
        headers: { 'idempotency-key': 'k' },
      })
    expect((await again()).runId).toBe((await again()).runId)
  })

  it('takes nothing of what a task says itself', async () => {
    const appId = await newApp('of another task', 'T: LOAD 1 AS a AUTOGENERATE 1;')
    await service.client.call('POST', '/api/scheduling/tasks', aTaskDocument('heavy', appId))
    const { ended, printed } = run('heavy', '--weight', '3')
    expect(await ended).toBe(2)
    expect(printed.join()).toContain('"heavy" is a task and says itself what is weight')
  })

  it('tells of a failed reload what failed, and where its log is', async () => {
    const appId = await newApp('bad', 'LOAD * FROM [lib://DataFiles/missing.csv] (txt);')
    const { ended, printed } = run(appId, '--wait')
    expect(await ended).toBe(1)
    const id = reloadOf(printed)
    expect(printed.join('\n')).toMatch(/FAILED after .*\n.*missing\.csv/)
    expect(printed.at(-1)).toBe(`script log: ${service.url}/api/v1/apps/${appId}/reloads/logs/${id}`)
    expect((await service.client.scriptLog(appId, id)).length).toBeGreaterThan(0)
  })

  it('only starts a reload when it is not told to wait, and is refused a second one', async () => {
    const appId = await newApp('long', ENDLESS)
    const { ended, printed } = run(appId)
    expect(await ended).toBe(0)
    const second = run(appId, '--wait')
    expect(await second.ended).toBe(6)
    expect(second.printed.join()).toContain(`already pending: ${reloadOf(printed)}`)
    await service.client.cancelReload(reloadOf(printed))
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends the waiting and tells how to cancel', async (signal) => {
    const { child, ended, printed, line } = run(await newApp('long', ENDLESS), '--wait')
    await line(isStarted)
    child.kill(signal)
    expect(await ended).toBe(signal)
    const id = reloadOf(printed)
    expect(printed.at(-1)).toContain(`${service.url}/api/v1/reloads/${id}/actions/cancel`)
    expect((await service.client.reload(id)).status).toMatch(/QUEUED|RELOADING/)
    await service.client.cancelReload(id)
  })

  it('cancels at the first signal if told so', async () => {
    const { child, ended, line } = run(await newApp('long', ENDLESS), '--wait', '--cancel-on-interrupt')
    await line(isStarted)
    child.kill('SIGINT')
    expect(await ended).toBe(3)
  })

  it('waits no longer than told', async () => {
    const { ended, printed } = run(await newApp('long', ENDLESS), '--wait', '--timeout', '900ms')
    expect(await ended).toBe(5)
    expect(printed.at(-1)).toContain('the reload goes on')
    await service.client.cancelReload(reloadOf(printed))
  })

  it('goes on waiting when the service is killed and started again', async () => {
    const { ended, printed, line } = run(
      await newApp('T', 'T: LOAD 1 AS a AUTOGENERATE 1; SLEEP 3000;'),
      '--wait',
    )
    await line(isStarted)
    const { port } = new URL(service.url)
    await service.killHard()
    await line((text) => text.includes('does not answer'))
    service = await startServiceProcess(folder, { REPRISE_PORT: port, REPRISE_SLOTS: '4' })
    expect(await ended).toBe(0)
    expect(printed.join(' ')).toMatch(/connected to \S+ again.*SUCCEEDED after/)
  })

  it('names the ids when several apps have the name', async () => {
    const ids = [await newApp('twice', ENDLESS), await newApp('twice', ENDLESS)]
    const { ended, printed } = run('twice')
    expect(await ended).toBe(2)
    for (const id of ids) expect(printed.join()).toContain(id)
  })

  it.concurrent.each([
    [['no such app'], 2, 'no app and no task with the id or the name "no such app"'],
    [['x', '--timeout', '5s'], 2, '--timeout needs --wait'],
    [['x', '--wait', '--timeout', 'soon'], 2, '--timeout: "soon" is not a duration'],
    [['x', '--weight', 'heavy'], 2, '--weight takes a whole number'],
    [['x', '--variable', 'v'], 2, '--variable takes name=value'],
    [['x', '--key', 'wrong'], 6, 'the service refused: HTTP-401'],
    [['x', '--url', 'http://127.0.0.1:1'], 7, 'no service answers at http://127.0.0.1:1'],
  ])('%j ends with %d and says why', async (args, code, text) => {
    const { ended, printed } = run(...args)
    expect([await ended, printed.join('\n')]).toEqual([code, expect.stringContaining(text)])
  })
})
