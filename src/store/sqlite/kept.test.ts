import { expect, test } from 'vitest'
import { APP_ID, anApp, aReload } from '../../../test/support/records.ts'
import type { AppId, ReloadId } from '../../core/ids.ts'
import { Kept } from './kept.ts'

const id = (n: number) => `reload-${n}` as ReloadId

test('as many as told are kept, and what was not set again for long goes', () => {
  const kept = new Kept()
  const keep = (n: number, log = '') =>
    kept.keepReload({ reload: aReload({ id: id(n), log }), attempt: undefined })
  for (let n = 0; n < 1500; n++) keep(n)
  expect(kept.reload(id(0)), 'there is room for two generations').toBeDefined()
  keep(0, 'again')
  for (let n = 1500; n < 2500; n++) keep(n)
  expect(kept.reload(id(0))?.reload.log, 'it was set again').toBe('again')
  expect(kept.reload(id(999)), 'its generation has gone').toBeUndefined()
  expect(kept.reload(id(1500))).toBeDefined()
})

test('an ended reload is not kept', () => {
  const kept = new Kept()
  kept.keepReload({ reload: aReload(), attempt: undefined })
  kept.keepReload({ reload: aReload({ state: 'CANCELED', endedAt: 1 }), attempt: undefined })
  expect(kept.reload(aReload().id)).toBeUndefined()
})

test('an app is changed where it is kept and nowhere else', () => {
  const kept = new Kept()
  kept.keepApp(anApp())
  kept.changeApp(APP_ID, { crashedOnMaxSize: { full: true, partial: false } })
  expect(kept.app(APP_ID)).toEqual({ ...anApp(), crashedOnMaxSize: { full: true, partial: false } })
  kept.changeApp('unknown' as AppId, { name: 'other' })
  expect(kept.app('unknown' as AppId)).toBeUndefined()
  kept.forget()
  expect(kept.app(APP_ID)).toBeUndefined()
})

test('a reload that ended is gone from both generations', () => {
  const kept = new Kept()
  for (let n = 0; n < 1500; n++) kept.keepReload({ reload: aReload({ id: id(n) }), attempt: undefined })
  kept.keepReload({ reload: aReload({ id: id(0), log: 'again' }), attempt: undefined })
  kept.keepReload({ reload: aReload({ id: id(0), state: 'CANCELED', endedAt: 1 }), attempt: undefined })
  expect(kept.reload(id(0))).toBeUndefined()
})
