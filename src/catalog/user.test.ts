import { describe, expect, it } from 'vitest'
import { BY_KEY, put } from '../../test/support/catalog.ts'
import { anApp, aTask, aTenant, aUser, TENANT_ID } from '../../test/support/records.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import { type Group, membershipIn } from '../core/group.ts'
import type { GroupId, UserId } from '../core/ids.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import type { Change } from '../store/port/change.ts'
import { changeGroup, removeGroup } from './group.ts'
import { changeUser, deleteUser } from './user.ts'

const admin = aUser({ id: 'admin' as UserId, subject: 'admin', roles: ['TenantAdmin'] })
const caller = { tenantId: TENANT_ID, user: admin, ...BY_KEY }
const owner = aUser({ id: 'owner' as UserId, subject: 'owner' })
const crew: Group = {
  id: 'crew' as GroupId,
  tenantId: TENANT_ID,
  name: 'Crew',
  roles: [],
  provider: 'custom',
  createdAt: 0,
  updatedAt: 0,
}

async function bench<Kind extends MemoryStore>(store: Kind) {
  await put(store, { tenants: [aTenant()], groups: [crew], users: [admin, owner] })
  return { store, world: virtualMachine().ports }
}

describe('a user that is deleted', () => {
  it('takes a task with it that was made after its tasks had been listed', async () => {
    class Interrupted extends MemoryStore {
      between: (() => Promise<void>) | undefined

      override async change<Answer>(batch: readonly Change<Answer>[]): Promise<Answer[]> {
        const { between } = this
        this.between = undefined
        await between?.()
        return super.change(batch)
      }
    }
    const deps = await bench(new Interrupted())
    const app = anApp({ ownerId: owner.id })
    const task = aTask({ ownerId: owner.id, appId: app.id, appOwnerId: owner.id, enabled: true })
    deps.store.between = () => put(deps.store, { apps: [app], tasks: [task] })
    expect(await deleteUser(deps, caller, owner.id, { pseudonymise: false })).toMatchObject({
      status: 'deleted',
    })
    expect(await deps.store.task(TENANT_ID, task.id)).toMatchObject({
      enabled: false,
      disabledCode: 'OWNER-DELETED',
    })
  })
})

describe('a group of very many members', () => {
  const MANY = 6000

  it('is changed and deleted, and takes in more', async () => {
    const deps = await bench(new MemoryStore())
    const members = Array.from({ length: MANY }, (_, index) =>
      aUser({ id: `u-${index}` as UserId, subject: `u-${index}`, groups: [membershipIn(crew)] }),
    )
    await put(deps.store, { users: members })
    const join = [{ kind: 'groups', change: 'add', groups: [{ name: 'Crew' }] }] as const
    expect(await changeUser(deps, caller, owner.id, join)).toMatchObject({ groups: [{ id: crew.id }] })
    const roles = ['AuditAdmin'] as const
    expect(await changeGroup(deps, caller, crew.id, { roles })).toMatchObject({ roles })
    const last = () => deps.store.user(TENANT_ID, `u-${MANY - 1}` as UserId)
    expect((await last())?.groups).toEqual([{ id: crew.id, name: 'Crew', roles }])
    await removeGroup(deps, caller, crew.id)
    expect((await last())?.groups).toEqual([])
  })
})
