/** Clearing the marks of an app that ran out of memory on the largest engine. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { App } from '../../src/core/records.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { addApp } from '../support/reload-steps.ts'

let api: ApiUnderTest
let acme: Members
let app: App

beforeEach(async () => {
  api = await apiUnderTest()
  acme = await api.tenant('acme')
  app = await addApp(api, acme.admin.user, { crashedOnMaxSize: { full: true, partial: false } })
})
afterEach(() => api.close())

const path = () => `/api/v1/apps/${app.id}/actions/clear-crash-marks`
const marks = async () => (await api.store.app(app.tenantId, app.id))!.crashedOnMaxSize

it('takes the right to reload the app, and may be repeated', async () => {
  const stranger = await (await api.tenant('other')).admin.call('POST', path())
  expect(stranger.status).toBe(404)
  expect((await (await acme.person('ann')).call('POST', path())).status).toBe(404)
  expect(await marks()).toEqual({ full: true, partial: false })
  for (let n = 0; n < 2; n++) expect((await acme.admin.call('POST', path())).status).toBe(204)
  expect(await marks()).toEqual({ full: false, partial: false })
})
