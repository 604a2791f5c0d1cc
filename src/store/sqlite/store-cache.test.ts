import { expect, test } from 'vitest'
import { APP_ID, anApp, aReload } from '../../../test/support/records.ts'
import type { AppId, ReloadId } from '../../core/ids.ts'
import { StoreCache } from './store-cache.ts'

const id = (n: number) => `reload-${n}` as ReloadId

test('as many as told are kept, and what was not set again for long goes', () => {
  const cache = new StoreCache()
  const keep = (n: number, log = '') =>
    cache.keepReload({ reload: aReload({ id: id(n), log }), attempt: undefined })
  for (let n = 0; n < 1500; n++) keep(n)
  expect(cache.reload(id(0)), 'there is room for two generations').toBeDefined()
  keep(0, 'again')
  for (let n = 1500; n < 2500; n++) keep(n)
  expect(cache.reload(id(0))?.reload.log, 'it was set again').toBe('again')
  expect(cache.reload(id(999)), 'its generation has gone').toBeUndefined()
  expect(cache.reload(id(1500))).toBeDefined()
})

test('an ended reload is not kept', () => {
  const cache = new StoreCache()
  cache.keepReload({ reload: aReload(), attempt: undefined })
  cache.keepReload({ reload: aReload({ state: 'CANCELED', endedAt: 1 }), attempt: undefined })
  expect(cache.reload(aReload().id)).toBeUndefined()
})

test('an app is changed where it is kept and nowhere else', () => {
  const cache = new StoreCache()
  cache.keepApp(anApp())
  cache.changeApp(APP_ID, { crashedOnMaxSize: { full: true, partial: false } })
  expect(cache.app(APP_ID)).toEqual({ ...anApp(), crashedOnMaxSize: { full: true, partial: false } })
  cache.changeApp('unknown' as AppId, { name: 'other' })
  expect(cache.app('unknown' as AppId)).toBeUndefined()
  cache.forget()
  expect(cache.app(APP_ID)).toBeUndefined()
})

test('a reload that ended is gone from both generations', () => {
  const cache = new StoreCache()
  for (let n = 0; n < 1500; n++) cache.keepReload({ reload: aReload({ id: id(n) }), attempt: undefined })
  cache.keepReload({ reload: aReload({ id: id(0), log: 'again' }), attempt: undefined })
  cache.keepReload({ reload: aReload({ id: id(0), state: 'CANCELED', endedAt: 1 }), attempt: undefined })
  expect(cache.reload(id(0))).toBeUndefined()
})
