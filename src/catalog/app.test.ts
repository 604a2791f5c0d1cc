import { describe, expect, it } from 'vitest'
import { BY_KEY, put, putScript } from '../../test/support/catalog.ts'
import { anApp, aTenant, aUser, TENANT_ID } from '../../test/support/records.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import type { DataVersion } from '../core/ids.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { everyRow } from '../store/port/lists.ts'
import { createApp } from './app.ts'
import { copyApp } from './app-copy.ts'
import { clearCrashMarks } from './crash-marks.ts'
import { isRefused } from './refusal.ts'
import { SCRIPT_VERSIONS_KEPT, setScript } from './script.ts'

const user = aUser({ id: anApp().ownerId })
const caller = { tenantId: TENANT_ID, user, ...BY_KEY }
const data = { version: 'v0' as DataVersion, fileBytes: 4096, engineTime: 1, tables: [] }
const { currentScriptId: _none, spaceId: _personal, ...bare } = anApp({ data })

/** The data of no app is lost, but of this version. */
const LOST = 'lost' as DataVersion

async function bench(app = bare) {
  const store = new MemoryStore()
  await put(store, { tenants: [aTenant()], users: [user], apps: [app] })
  const copied: string[] = []
  const appData = {
    isWhole: async ({ version }: { readonly version: DataVersion }) => version !== LOST,
    copy: async (from: DataVersion, to: DataVersion) => {
      copied.push(`${from} to ${to}`)
      return true
    },
  }
  const deps = { store, world: virtualMachine().ports, appData, limits: { scriptBytes: 8 } }
  const script = (text: string) =>
    putScript(store, {
      id: text as never,
      appId: app.id,
      tenantId: TENANT_ID,
      script: text,
      message: '',
      modifierId: user.id,
      modifiedAt: 1,
    })
  return { store, deps, script, copied }
}

describe('a copied app', () => {
  it('has the script and data of its own, from one commit', async () => {
    const { store, deps, script, copied } = await bench()
    await script('LET a=1;')
    let commits = 0
    const change: typeof store.change = (batch) => {
      commits += 1
      return store.change(batch)
    }
    const counted = new Proxy(store, {
      get: (target, name) => (name === 'change' ? change : bound(target, name)),
    })
    const copy = await copyApp({ ...deps, store: counted }, caller, bare.id, {})
    if (isRefused(copy)) throw new Error(copy.reason)
    expect(commits).toBe(1)
    expect(copied).toEqual([`v0 to ${copy.data?.version}`])
    expect(await store.app(TENANT_ID, copy.id)).toEqual(copy)
    const current = await store.script(TENANT_ID, copy.id, 'current')
    expect(current).toMatchObject({ script: 'LET a=1;', appId: copy.id })
  })

  it('is not there at all when the commit fails', async () => {
    const { store, deps } = await bench()
    const fails = () => Promise.reject(new Error('out of reach'))
    const failing = new Proxy(store, {
      get: (target, name) => (name === 'change' ? fails : bound(target, name)),
    })
    await expect(copyApp({ ...deps, store: failing }, caller, bare.id, {})).rejects.toThrow('out of reach')
    expect(await everyRow(store, 'apps', { tenantId: TENANT_ID })).toEqual([bare])
  })

  it('is refused before any data is copied', async () => {
    const { deps, copied } = await bench()
    const answer = await copyApp(deps, caller, bare.id, { spaceId: 'none' })
    expect(answer).toMatchObject({ kind: 'refused', reason: 'notFound' })
    expect(copied).toEqual([])
  })
})

describe('refusals are values that name the field', () => {
  it('of a script that is too large', async () => {
    const { deps } = await bench()
    expect(await setScript(deps, caller, bare.id, { script: 'é'.repeat(5), message: '' })).toEqual({
      kind: 'refused',
      reason: 'tooLarge',
      faults: [{ detail: 'the script has 10 bytes, at most 8 are taken', pointer: '/script' }],
    })
  })

  it('of an app that somebody else owns', async () => {
    const { deps } = await bench({ ...bare, ownerId: 'other' as never })
    for (const answer of [
      await clearCrashMarks(deps, caller, bare.id),
      await setScript(deps, caller, bare.id, { script: '', message: '' }),
    ]) {
      expect(answer).toMatchObject({ reason: 'notFound', faults: [{ parameter: 'appId' }] })
    }
    const unknownSpace = await createApp(deps, caller, { spaceId: 'none' })
    expect(unknownSpace).toMatchObject({ reason: 'notFound', faults: [{ parameter: 'spaceId' }] })
  })
})

it('a script set once too often lets the oldest version go, and clears the marks', async () => {
  const { store, deps } = await bench({ ...bare, crashedOnMaxSize: { full: true, partial: true } })
  for (let n = 0; n <= SCRIPT_VERSIONS_KEPT; n++) {
    await setScript(deps, caller, bare.id, { script: String(n), message: '' })
  }
  const versions = await store.scripts(TENANT_ID, bare.id)
  expect(versions).toHaveLength(SCRIPT_VERSIONS_KEPT)
  const oldest = await store.script(TENANT_ID, bare.id, versions.at(-1)!.id)
  expect(oldest?.script).toBe('1')
  expect(await store.app(TENANT_ID, bare.id)).toMatchObject({
    currentScriptId: versions[0]!.id,
    crashedOnMaxSize: { full: false, partial: false },
  })
})

function bound(target: MemoryStore, name: string | symbol): unknown {
  const value = Reflect.get(target, name)
  return typeof value === 'function' ? value.bind(target) : value
}
