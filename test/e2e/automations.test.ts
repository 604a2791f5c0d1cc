/**
 * `kill -9` of the server in the middle of an automation's run: while it reloads, and while the target of its
 * call has not answered yet. The run goes on: one reload, the call again under the same key, signed.
 */
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { type CallTarget, startCallTarget } from '../support/call-target.ts'
import { ADMIN_KEY, endAll, newDataFolder, startServiceProcess } from '../support/service-process.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const SECRET = '0123456789abcdef0123456789ABCDEF'

let target: CallTarget

beforeEach(async () => {
  target = await startCallTarget()
})
afterEach(() => target.close())
afterAll(endAll)

interface RunRecord {
  readonly id: string
  readonly status: string
  readonly steps: readonly { readonly status: string; readonly answer?: { readonly reloadId?: string } }[]
}

it('goes on after the server was killed, in every step', async () => {
  const folder = newDataFolder()
  const first = await startServiceProcess(folder)
  const appId = await first.client.createApp('slow')
  await first.client.setScript(appId, 'T: LOAD RecNo() AS x AUTOGENERATE 3;\nSLEEP 1500;')
  const url = `http://127.0.0.1:${target.port}/{{steps.load.outcome}}`
  const steps = [
    { id: 'load', kind: 'reload', appId },
    { id: 'tell', kind: 'call', url, body: { reload: '{{steps.load.reloadId}}' } },
  ]
  const automation = await first.client.call<{ id: string }>('POST', '/api/v1/automations', {
    name: 'Load and tell',
    secret: SECRET,
    workspace: { version: 1, steps },
  })
  const path = `/api/v1/automations/${automation.id}/runs`
  const { id } = await first.client.call<RunRecord>('POST', path, { context: 'api' })
  await expect.poll(async () => (await reloadsOf(first)).map(({ status }) => status)).toEqual(['RELOADING'])
  await first.killHard()

  const asked = new Promise<void>((resolve) => (target.answer = () => resolve()))
  const second = await startServiceProcess(folder)
  await asked
  await second.killHard()

  target.answer = (response) => response.end('ok')
  const third = await startServiceProcess(folder)
  const read = () => third.client.call<RunRecord>('GET', `${path}/${id}`)
  await expect.poll(async () => (await read()).status, { timeout: 20_000 }).toBe('finished')
  const reloads = await reloadsOf(third)
  expect(reloads).toMatchObject([{ status: 'SUCCEEDED', type: 'automations' }])
  expect((await read()).steps[0]!.answer!.reloadId).toBe(reloads[0]!.id)
  expect(target.calls).toHaveLength(2)
  for (const { request, body } of target.calls) {
    const { headers } = request
    expect(headers['idempotency-key']).toBe(`${id}/tell`)
    expect(headers['qlik-signature']).toBe(createHmac('sha256', SECRET).update(body).digest('hex'))
    expect(JSON.parse(body)).toEqual({ reload: reloads[0]!.id })
  }
  const listed = await command(third.url, 'runs', automation.id)
  expect(JSON.parse(listed)).toMatchObject([{ id, status: 'finished' }])
  expect(JSON.parse(await command(third.url, 'list'))).toMatchObject([{ lastRunStatus: 'finished' }])
  const started = await command(third.url, 'run', automation.id, '--inputs', '{"a":1}')
  expect(JSON.parse(started)).toMatchObject([{ status: 'queued' }])
  expect(await third.stop()).toBe(0)

  async function reloadsOf(service: typeof first) {
    type Reloads = { data: { id: string; status: string; type: string }[] }
    return (await service.client.call<Reloads>('GET', `/api/v1/reloads?appId=${appId}`)).data
  }
}, 90_000)

async function command(url: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, REPRISE_URL: url, REPRISE_KEY: ADMIN_KEY }
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'automations', ...args, '--json'], {
    env,
  })
  return stdout
}
