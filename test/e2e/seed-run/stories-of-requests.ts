/** Reloads that a client asks for, and how they end beside limits. */
import { Client } from '../../../src/cli/client.ts'
import { Browser } from '../../support/browser.ts'
import { fetching } from '../../support/network.ts'
import { ADMIN_KEY } from '../../support/service-process.ts'
import { newApp, type Place } from './place.ts'
import { type Lived, ofReload, see, type Told } from './told.ts'

export const ROWS = 'T: LOAD RecNo() AS n AUTOGENERATE 3;'
/** Sums what was uploaded as orders-….csv. */
const ORDERS = 'Orders: LOAD * FROM [lib://DataFiles/orders-*.csv] (txt, utf8, embedded labels);'
export const order = (amount: number) => Buffer.from(`amount\n${amount}\n`)
/** A cross join whose texts are put together to one: more than the largest engine may have. */
const EATS_MEMORY = `
A: LOAD RecNo() AS a, Repeat('x', 2000) AS text AUTOGENERATE 400;
JOIN (A) LOAD RecNo() AS b AUTOGENERATE 400;
All: LOAD Concat(text & a & b) AS all RESIDENT A;`

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const ASKED = { type: 'external', reason: 'User initiated reload', resourceType: 'api', came: 'ran' } as const
const SUCCEEDED: Told = { ...ASKED, status: 'SUCCEEDED' }
const FAILED: Told = { ...ASKED, status: 'FAILED' }
/** Of an app that has data. */
const FROM_LAST_RUN = 'standard_calculation'

interface Asking {
  readonly body?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks for a reload of the app; resolves with its id. */
export async function ask(
  { client }: Place,
  appId: string,
  { body, headers = {} }: Asking = {},
): Promise<string> {
  const reload = await client.call<{ id: string }>('POST', '/api/v1/reloads', { appId, ...body }, { headers })
  return reload.id
}

export async function askAndSee(place: Place, name: string, appId: string, told: Told, asking: Asking = {}) {
  const id = await ask(place, appId, asking)
  return see(place, name, told, ofReload(id))
}

/** Kills the engine of a reload while nothing else runs; resolves with its story, once it was tried again. */
export async function killEngine(place: Place): Promise<{ readonly story: () => Promise<Lived> }> {
  const appId = await newApp(place, `SLEEP 3000; ${ROWS}`)
  const id = await ask(place, appId)
  await place.client.waitFor(id, ({ log }) => log?.includes('Started loading') === true)
  for (const pid of place.service.enginePids()) process.kill(pid, 'SIGKILL')
  return {
    story: () => see(place, 'engine killed, tried again', { ...SUCCEEDED, requeues: 1 }, ofReload(id)),
  }
}

/** Their apps have read the orders. */
export interface Readers {
  readonly personal: string
  readonly ofAutomation: string
}

export async function readersOfOrders(place: Place): Promise<Readers> {
  await place.client.uploadFile('orders-1.csv', order(10))
  return { personal: await newApp(place, ORDERS), ofAutomation: await newApp(place, ORDERS) }
}

export async function succeedingRequests(place: Place, readers: Readers): Promise<Lived[]> {
  const { spaceId } = place
  const inSpace = await newApp(place, ROWS, { spaceId })
  const trace = { traceparent: TRACEPARENT, tracestate: 'vendor=one,other=two' }
  const stories = [
    askAndSee(
      place,
      'API key, in a space, traced',
      inSpace,
      { ...SUCCEEDED, inSpace: true, weight: 5, trace },
      {
        body: { weight: 5 },
        headers: trace,
      },
    ),
    askAndSee(
      place,
      'API key, personal app',
      readers.personal,
      { ...SUCCEEDED, trace: { traceparent: TRACEPARENT } },
      {
        body: { weight: 9 },
        headers: { traceparent: TRACEPARENT },
      },
    ),
    askAndSee(
      place,
      'request of an automation',
      readers.ofAutomation,
      {
        ...SUCCEEDED,
        type: 'automations',
        reason: 'Automation reload',
        resourceType: 'automate',
        resourceId: 'flow-7',
      },
      { body: { resourceType: 'automate', resourceId: 'flow-7' } },
    ),
    askAndSee(place, 'app of another usage', await newApp(place, ROWS, { usage: 'DATAFLOW_PREP' }), {
      ...SUCCEEDED,
      appUsage: 'DATAFLOW_PREP',
    }),
  ]
  const [first] = await Promise.all(stories)
  const partial = askAndSee(
    place,
    'partial reload',
    String(first!.event.data.appId),
    { ...SUCCEEDED, inSpace: true, partial: true, sizing: FROM_LAST_RUN },
    { body: { partial: true } },
  )
  return Promise.all([...stories, partial])
}

/** Somebody signs in with a browser and asks for a reload now. */
export async function signedIn(place: Place): Promise<Lived> {
  const appId = await newApp(place, ROWS)
  const browser = new Browser(fetching(place.service.url))
  await browser.signInWithKey(ADMIN_KEY)
  const sessions = await browser.go('GET', '/api/v1/users/me/sessions')
  const sessionId: string = JSON.parse(sessions.text).data[0].id
  const asked = await browser.go('POST', '/api/v1/reloads', {
    headers: { 'qlik-csrf-token': await browser.csrfToken(), 'content-type': 'application/json' },
    body: JSON.stringify({ appId }),
  })
  return see(
    place,
    'person who signed in',
    { ...SUCCEEDED, type: 'hub', sessionId },
    ofReload(JSON.parse(asked.text).id),
  )
}

/** A program comes in with client credentials and asks for a reload of an app of its own. */
export async function oauthClient(place: Place): Promise<Lived> {
  const wish = { clientName: 'Nightly', appType: 'web', roles: ['Developer'] }
  const made = await place.client.call<{ clientId: string; clientSecret: string; userId: string }>(
    'POST',
    '/api/v1/oauth-clients',
    wish,
  )
  const { clientId, clientSecret, userId } = made
  const asked = await fetch(`${place.service.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }),
  })
  const { access_token: token } = (await asked.json()) as { access_token: string }
  const itself = { ...place, client: new Client(place.service.url, token) }
  const id = await ask(itself, await newApp(itself, ROWS))
  return see(place, 'OAuth client', { ...SUCCEEDED, oauth: { clientId, userId } }, ofReload(id))
}

export async function failing(place: Place): Promise<Lived[]> {
  const error = { code: 'EngineReloadScriptError', message: /^line 1, column 17: Table 'nowhere' not found$/ }
  const script = askAndSee(place, 'script error', await newApp(place, 'LOAD x RESIDENT nowhere;'), {
    ...FAILED,
    error,
  })
  const eater = await newApp(place, EATS_MEMORY)
  const outOfMemory = await askAndSee(place, 'out of memory on every engine', eater, {
    ...FAILED,
    requeues: 1,
    sizing: 'app_crash',
    error: { code: 'EngineOutOfMemory', message: /^the engine ran out of memory on its largest size$/ },
  })
  const refused = await askAndSee(place, 'refused after that', eater, {
    ...FAILED,
    came: 'refused',
    error: {
      code: 'EngineCrashedOnMaxSize',
      message: /^the app ran out of memory on the largest engine before/,
    },
  })
  return [await script, outOfMemory, refused]
}

/** By a client while its script runs, and by the deletion of its app. */
export async function canceledWhileRunning(place: Place): Promise<Lived[]> {
  const { client, spaceId } = place
  const running = async (attributes: Readonly<Record<string, unknown>>) => {
    const appId = await newApp(place, 'SLEEP 600000;', attributes)
    const id = await ask(place, appId)
    await client.waitFor(id, ({ log }) => log?.includes('Started loading') === true)
    return { appId, id }
  }
  const canceled = { ...ASKED, status: 'CANCELED' } as const
  const byClient = await running({})
  await client.cancelReload(byClient.id)
  const byDeletion = await running({ spaceId })
  await client.call('DELETE', `/api/v1/apps/${byDeletion.appId}`)
  return [
    await see(place, 'canceled while it runs', canceled, ofReload(byClient.id)),
    await see(place, 'app deleted while it runs', { ...canceled, inSpace: true }, ofReload(byDeletion.id)),
  ]
}
