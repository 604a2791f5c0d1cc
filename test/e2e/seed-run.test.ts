/**
 * One run with finished events of every type and every outcome that there is: two real services, real engines
 * and a real clock. Each event is judged field by field, and docs/reference/seed.md shows what was seen.
 */
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { constantPart, keepRun, keptRun } from '../../docs/generate/seed-run.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { endAll, HAS_PROC } from '../support/service-process.ts'
import { type Place, startPlace } from './seed-run/place.ts'
import { limited, SHORT_LIMITS } from './seed-run/stories-of-limits.ts'
import {
  canceledWhileRunning,
  failing,
  killEngine,
  oauthClient,
  readersOfOrders,
  signedIn,
  succeedingRequests,
} from './seed-run/stories-of-requests.ts'
import { madeByAutomation, startedByData, startedByHand, startedByTime } from './seed-run/stories-of-tasks.ts'
import { expectTold, type Lived } from './seed-run/told.ts'

let places: readonly Place[] = []
let stories: readonly Lived[] = []

const ENGINES = { REPRISE_ENGINE_SIZES: '256m,512m', REPRISE_ENGINE_MEMORY: '2g' }

describe.skipIf(!HAS_PROC)('the run (engines are killed and watched in /proc)', () => {
  beforeAll(async () => {
    const settings = { ...ENGINES, REPRISE_SLOTS: '4', REPRISE_DATA_REFRESH_DELAY: '1s' }
    const open = await startPlace(settings, 'reload.example.com')
    const strict = await startPlace({ ...ENGINES, ...SHORT_LIMITS })
    places = [open, strict]
    const killed = await killEngine(open)
    const readers = await readersOfOrders(open)
    const requested = succeedingRequests(open, readers)
    const lived = await Promise.all([
      requested,
      signedIn(open),
      oauthClient(open),
      requested.then(() => startedByData(open, readers)),
      startedByTime(open),
      startedByHand(open),
      madeByAutomation(open),
      failing(open),
      canceledWhileRunning(open),
      killed.story(),
      limited(strict),
    ])
    stories = lived.flat()
  }, 120_000)
  afterAll(async () => {
    await endAll()
    for (const { receiver } of places) await receiver.close()
  })

  it('every event tells its story, field by field', async () => {
    for (const story of stories) {
      await expectTold(story).catch((error: Error) => {
        error.message = `${story.name}: ${error.message}`
        throw error
      })
    }
  })

  it('one event for each reload, and no other', async () => {
    for (const place of places) {
      const path = `/api/v1/audits?eventType=${FINISHED_EVENT_TYPE}&limit=100`
      const { data } = await place.client.call<{ data: { eventId: string }[] }>('GET', path)
      const told = stories.filter((story) => story.place === place).map(({ event }) => event.id)
      expect(data.map(({ eventId }) => eventId).sort()).toEqual(told.sort())
      // Delivered at least once, each under its own id.
      expect([...new Set(place.receiver.received.map(({ event }) => event.id))].sort()).toEqual(told)
    }
  })

  it('the script log of the reload that ran too long says so', async () => {
    const { place, event } = stories.find(({ name }) => name === 'run time exceeded')!
    const log = await place.client.scriptLog(String(event.data.appId), String(event.data.id))
    expect(log).toMatch(
      /Execution started\.\r\n(.*\r\n)*\S+ {6}Reload exceeded its time limit, at statement 1 in line 1, with 0 rows read\r\n$/,
    )
  })

  // UPDATE_REFERENCE=1 keeps this run, if it shows anything else; then the page is made anew from it.
  it('this run shows what the kept one shows: docs/reference/seed-run.json', () => {
    const run = Object.fromEntries(stories.map(({ name, event }) => [name, event]))
    const isOther = !isDeepStrictEqual(constantPart(run), constantPart(keptRun()))
    if (isOther && process.env.UPDATE_REFERENCE === '1') keepRun(run)
    expect(constantPart(run)).toEqual(constantPart(keptRun()))
  })
})
