import { describe, expect, it } from 'vitest'
import type { AppId, TenantId, UserId } from '../../src/core/ids.ts'
import type { CommitNotice } from '../../src/store/port/store.ts'
import { limitTenant } from '../support/catalog.ts'
import { completed, type Given, OTHER_TENANT, QUIET, START_MS, TENANT_ID } from './store-records.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

export function exerciseAccepting(given: () => Given): void {
  describe('accept', () => {
    it('stores a QUEUED reload whole', async () => {
      const { id: appId } = await given().app()
      const reload = given().reload({
        appId,
        weight: 10,
        partial: true,
        variables: { vYear: '2026', 'vÜmlaut 🙂': '' },
        resourceId: 'r',
        taskId: 't',
      })
      expect(await given().accept(reload)).toEqual([{ kind: 'accepted', reload }])
      expect(await given().store.reload(reload.tenantId, reload.id)).toEqual(reload)
      expect(await given().store.activeReloadOf(reload.tenantId, reload.appId)).toBe(reload.id)
    })

    it('refuses an app that does not exist, or is another tenant’s', async () => {
      const unknown = given().reload({ appId: 'nowhere' as AppId })
      expect(await given().accept(unknown)).toEqual([{ kind: 'no-app' }])
      const { id: appId } = await given().app({ tenantId: OTHER_TENANT })
      expect(await given().accept(given().reload({ appId }))).toEqual([{ kind: 'no-app' }])
    })

    it('refuses a second active reload of an app, and names the pending one', async () => {
      const first = await given().queued()
      const second = given().reload({ appId: first.appId })
      const pending = [{ kind: 'pending', pendingReloadId: first.id }]
      expect(await given().accept(second), 'while QUEUED').toEqual(pending)
      const [claimed] = await given().claim()
      expect(await given().accept(second), 'while RELOADING').toEqual(pending)
      await given().apply(claimed!.reload, { kind: 'cancel' }, undefined)
      expect(await given().accept(second), 'while CANCELING').toEqual(pending)
      await given().end(claimed!.reload, { kind: 'canceled' })
      expect(await given().accept(second), 'after its outcome').toMatchObject([{ kind: 'accepted' }])
    })

    it('lets one of two simultaneous requests pass, in one batch and in two calls', async () => {
      const app = await given().app()
      const reloads = [1, 2, 3].map(() => given().reload({ appId: app.id }))
      const { store } = given()
      const both = store.accept(reloads.slice(0, 2).map((reload) => ({ reload, reloadsPerAppAndDay: 0 })))
      const third = given().accept(reloads[2]!)
      const kinds = [...(await both), ...(await third)].map((answer) => answer.kind)
      expect(kinds).toEqual(['accepted', 'pending', 'pending'])
    })

    it('counts accepted reloads of the app per UTC day', async () => {
      const app = await given().app()
      const midnight = Math.ceil(START_MS / DAY) * DAY
      const at = async (createdAt: number) => {
        given().now = createdAt
        const reload = given().reload({ appId: app.id })
        const [answer] = await given().accept(reload, { quota: 2 })
        if (answer!.kind === 'accepted') {
          const [claimed] = await given().claim()
          await given().end(claimed!.reload)
        }
        return answer!.kind
      }
      expect([
        await at(midnight - 3),
        await at(midnight - 2),
        await at(midnight - 1),
        await at(midnight),
        await at(midnight + 1),
        await at(midnight + 2),
      ]).toEqual(['accepted', 'accepted', 'quota-exceeded', 'accepted', 'accepted', 'quota-exceeded'])
    })

    it('a tenant with a quota of its own has that one, 0 is none; other tenants keep theirs', async () => {
      const { store } = given()
      const again = async (tenantId: TenantId) => {
        const { appId } = await given().queued({ tenantId })
        return async (quota: number) =>
          (await given().accept(given().reload({ tenantId, appId }), { quota }))[0]?.kind
      }
      const [mine, others] = [await again(TENANT_ID), await again(OTHER_TENANT)]
      expect([await mine(0), await others(0)]).toEqual(['pending', 'pending'])
      await limitTenant(store, TENANT_ID, { reloadsPerAppAndDay: 1 })
      expect([await mine(0), await others(0)]).toEqual(['quota-exceeded', 'pending'])
      await limitTenant(store, TENANT_ID, { reloadsPerAppAndDay: 0 })
      expect([await mine(1), await others(1)]).toEqual(['pending', 'quota-exceeded'])
    })

    it('answers the quota before the pending reload, as the contract orders them', async () => {
      const reload = await given().queued()
      const again = given().reload({ appId: reload.appId })
      expect(await given().accept(again, { quota: 1 })).toEqual([{ kind: 'quota-exceeded' }])
      expect(await given().accept(again, { quota: 2 })).toMatchObject([{ kind: 'pending' }])
    })

    it('answers a repeated idempotency key of the user with its reload for 24 h', async () => {
      const app = await given().app()
      const first = given().reload({ appId: app.id })
      const key = { idempotencyKey: 'k' }
      expect(await given().accept(first, key)).toMatchObject([{ kind: 'accepted' }])
      const again = given()
        .wait(DAY - 1)
        .reload({ appId: app.id })
      expect(await given().accept(again, key)).toEqual([{ kind: 'repeated', reload: first }])
      expect(await given().accept(again, { idempotencyKey: 'other' })).toMatchObject([{ kind: 'pending' }])
      const stranger = given().reload({ appId: app.id, userId: 'stranger' as UserId })
      expect(await given().accept(stranger, key), 'of another user').toMatchObject([{ kind: 'pending' }])
      const late = given().wait(1).reload({ appId: app.id })
      expect(await given().accept(late, key), 'after 24 h').toMatchObject([{ kind: 'pending' }])
    })

    it('tells a repeated key with another payload', async () => {
      const app = await given().app()
      const asked = (payload: string) =>
        given().accept(given().reload({ appId: app.id }), { idempotencyKey: 'k', payload })
      expect(await asked('one')).toMatchObject([{ kind: 'accepted' }])
      expect(await asked('other')).toEqual([{ kind: 'other-payload' }])
      expect(await asked('one')).toMatchObject([{ kind: 'repeated' }])
      given().wait(DAY)
      expect(await asked('other'), 'after 24 h').toMatchObject([{ kind: 'pending' }])
    })

    it('answers a repeated key with the reload as it is now', async () => {
      const app = await given().app()
      await given().accept(given().reload({ appId: app.id }), { idempotencyKey: 'k' })
      const [claimed] = await given().claim()
      await given().end(claimed!.reload, completed(claimed!.reload))
      const [again] = await given().accept(given().reload({ appId: app.id }), { idempotencyKey: 'k' })
      expect(again).toMatchObject({ kind: 'repeated', reload: { state: 'SUCCEEDED' } })
    })

    it('saves nothing of a batch that breaks an invariant', async () => {
      const [good, bad] = [await given().app(), await given().app()]
      const batch = [given().reload({ appId: good.id }), given().reload({ appId: bad.id, state: 'FAILED' })]
      await expect(
        given().store.accept(batch.map((reload) => ({ reload, reloadsPerAppAndDay: 0 }))),
      ).rejects.toThrow('a reload is accepted as QUEUED')
      expect(await given().store.reload(batch[0]!.tenantId, batch[0]!.id)).toBeUndefined()
      expect(await given().store.counts()).toMatchObject({ queued: 0 })
      await expect(given().accept(batch[0]!)).resolves.toMatchObject([{ kind: 'accepted' }])
    })

    it('tells listeners after the commit that something is queued, and nothing else before it', async () => {
      const told: CommitNotice[] = []
      const app = await given().app()
      const stop = given().store.onCommit((changed) => told.push(changed))
      await given().accept(given().reload({ appId: app.id }))
      await Promise.resolve()
      expect(told.at(-1)).toEqual({ ...QUIET, queued: true })
      expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1)
      stop()
      const before = told.length
      await given().queued()
      await Promise.resolve()
      expect(told).toHaveLength(before)
    })
  })
}
