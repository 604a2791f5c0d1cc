/** The vendor's own client, unchanged, uses automations: contract 09. */
import type { AddressInfo } from 'node:net'
import automations from '@qlik/api/automations'
import type { FastifyRequest } from 'fastify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type AutomationsUnderTest, automationsUnderTest } from '../support/automations-under-test.ts'

let under: AutomationsUnderTest
let options: {
  readonly hostConfig: { readonly host: string; authType: 'apikey'; readonly apiKey: string }
  readonly noCache: true
}

beforeEach(async () => {
  const hostUrl = (request: FastifyRequest) => `${request.protocol}://${request.host}`
  under = await automationsUnderTest({ deps: { hostUrl } })
  await under.api.server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = under.api.server.server.address() as AddressInfo
  options = {
    hostConfig: { host: `http://127.0.0.1:${port}`, authType: 'apikey', apiKey: under.ann.token },
    noCache: true,
  }
  automations.clearCache()
})

afterEach(() => under.api.close())

it('makes, lists, changes, switches, copies, runs, stops, repeats and deletes', async () => {
  const steps = [{ id: 'rest', kind: 'wait', seconds: 60 }]
  const made = await automations.createAutomation({ name: 'a', workspace: { version: 1, steps } }, options)
  const id = made.data.id!
  await automations.createAutomation({ name: 'b' }, options)
  const first = await automations.getAutomations({ limit: 1, sort: '+name' }, options)
  const second = await first.next!(options)
  expect([...first.data.data!, ...second.data.data!].map(({ name }) => name)).toEqual(['a', 'b'])
  expect((await automations.getAutomations({ filter: 'name eq "b"' }, options)).data.data).toHaveLength(1)

  await automations.updateAutomation(id, { name: 'A', description: 'rests' }, options)
  await automations.disableAutomation(id, options)
  expect((await automations.getAutomation(id, options)).data).toMatchObject({
    name: 'A',
    description: 'rests',
    state: 'disabled',
    workspace: { steps: [{ id: 'rest' }] },
  })
  expect((await automations.enableAutomation(id, options)).status).toBe(204)
  const copy = await automations.copyAutomation(id, { name: 'copy' }, options)
  expect([copy.status, typeof copy.data.id]).toEqual([201, 'string'])

  const queued = await automations.queueAutomationRun(id, { context: 'api' }, options)
  expect(queued.data.status).toBe('queued')
  const runId = queued.data.id!
  const status = async () => (await automations.getAutomationRun(id, runId, options)).data.status
  await under.goOn()
  expect(await status()).toBe('running')
  expect((await automations.stopAutomationRun(id, runId, options)).status).toBe(204)
  expect(await status()).toBe('must stop')
  await under.goOn()
  expect(await status()).toBe('stopped')
  expect((await automations.retryAutomationRun(id, runId, options)).status).toBe(204)
  const runs = await automations.getAutomationRuns(id, { sort: '-startTime' }, options)
  expect(runs.data.data!.map((run) => run.status).sort()).toEqual(['queued', 'stopped'])

  expect((await automations.deleteAutomation(id, options)).status).toBe(204)
  await expect(automations.getAutomation(id, options)).rejects.toMatchObject({ status: 404 })
})
