/** An installation without a public address, one slot and short limits: three ways to exceed one. */
import { newApp, type Place } from './place.ts'
import { ask, askAndSee, ROWS } from './stories-of-requests.ts'
import { type Lived, ofReload, see } from './told.ts'

/** The wait is over long before the run that it waits for. */
export const SHORT_LIMITS = {
  REPRISE_SLOTS: '1',
  REPRISE_RUN_TIME: '6s',
  REPRISE_QUEUE_TIME: '2s',
  REPRISE_APP_DATA_SIZE: '2m',
}
const LARGE_DATA = 'T: LOAD RecNo() AS n, Rand() AS a, Rand() AS b, Rand() AS c AUTOGENERATE 50000;'

const ASKED = { type: 'external', reason: 'User initiated reload', resourceType: 'api', came: 'ran' } as const
const EXCEEDED = { ...ASKED, status: 'EXCEEDED_LIMIT' } as const

export async function limited(place: Place): Promise<Lived[]> {
  const plain = await askAndSee(place, 'installation without an address', await newApp(place, ROWS), {
    ...ASKED,
    status: 'SUCCEEDED',
  })
  const dataSize = await askAndSee(place, 'data size exceeded', await newApp(place, LARGE_DATA), {
    ...EXCEEDED,
    error: { code: 'ReloadDataSizeExceeded', message: /^app data of \d+ bytes is larger than its limit$/ },
  })
  const busy = await ask(place, await newApp(place, 'SLEEP 600000;'))
  await place.client.waitFor(busy, ({ status }) => status === 'RELOADING')
  const waiting = await ask(place, await newApp(place, ROWS))
  const canceled = await ask(place, await newApp(place, ROWS))
  await place.client.cancelReload(canceled)
  const runTime = { code: 'ReloadRunTimeExceeded', message: /^reload ran longer than its time limit$/ }
  const queueTime = {
    code: 'ReloadQueueTimeExceeded',
    message: /^reload waited longer than 2s in the queue$/,
  }
  return [
    plain,
    dataSize,
    await see(
      place,
      'canceled while it waits',
      { ...ASKED, came: 'queued', status: 'CANCELED' },
      ofReload(canceled),
    ),
    await see(
      place,
      'queue time exceeded',
      { ...EXCEEDED, came: 'queued', error: queueTime },
      ofReload(waiting),
    ),
    await see(place, 'run time exceeded', { ...EXCEEDED, error: runTime }, ofReload(busy)),
  ]
}
