import { expect, test } from 'vitest'
import { APP_ID, anApp, aReload } from '../../../test/support/records.ts'
import type { AppId, ReloadId } from '../../core/ids.ts'
import { Kept } from './kept.ts'

const id = (n: number) => `reload-${n}` as ReloadId

test('what was kept first goes first when there is no room', () => {
  const kept = new Kept()
  for (let n = 0; n < 2001; n++) kept.keepReload({ reload: aReload({ id: id(n) }), attempt: undefined })
  expect(kept.reload(id(0))).toBeUndefined()
  expect(kept.reload(id(1))?.reload.id).toBe(id(1))
  kept.keepReload({ reload: aReload({ id: id(1), log: 'again' }), attempt: undefined })
  expect(kept.reload(id(2)), 'nothing has to go for what is kept already').toBeDefined()
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
