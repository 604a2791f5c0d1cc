/**
 * `reprise demo`: a whole reload with real parts in a temporary folder: service, data files, app, webhook,
 * reload, tables, and the finished event as a receiver got it, with its signature and schema checked. Exits 0
 * only if everything succeeded.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { Command } from 'commander'
import { FINISHED_EVENT_TYPE } from '../event/event-types.ts'
import type { CloudEvent } from '../event/stored-event.ts'
import { readConfig } from '../main/config.ts'
import { type RunningService, startService } from '../main/service.ts'
import { jsonLog, realWorld } from '../main/world.ts'
import { Client } from './client.ts'
import { startEventReceiver } from './event-receiver.ts'
import { finishedEventFaults } from './finished-event-check.ts'
import { type ProgressWatch, watchProgress } from './progress.ts'
import { showTables } from './tables.ts'
import { withTemporaryFolder } from './temporary-folder.ts'
import { Terminal } from './terminal.ts'

/** Script and data, included in the repository and the package. */
const EXAMPLE = new URL('../../examples/demo/', import.meta.url)
const DATA_FILES = ['airports.csv', 'flights-airport.csv', 'weather.csv']

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Show a whole reload: real data, a real engine, and the finished event at a webhook receiver.',
    )
    .option('--json', 'print the finished event alone on standard output')
    .action(async (options: { json?: boolean }) => {
      const terminal = new Terminal(options.json === true ? process.stderr : process.stdout)
      const quiet = options.json === true
      const event = await withTemporaryFolder('reprise-demo-', ({ path }) =>
        demonstrate(path, terminal, quiet),
      )
      if (quiet) process.stdout.write(`${JSON.stringify(event, null, 2)}\n`)
    })
}

async function demonstrate(folder: string, terminal: Terminal, quiet: boolean): Promise<CloudEvent> {
  const secret = randomBytes(24).toString('hex')
  const adminKey = `demo-${randomBytes(16).toString('hex')}`
  const receiver = await startEventReceiver(secret)
  const port = String(await freePort())
  const config = readConfig(
    {
      port,
      // Events tell the host of the address that clients know.
      publicUrl: `http://localhost:${port}`,
      dataDir: join(folder, 'data'),
      webhookAllow: '127.0.0.1',
      logLevel: 'warn',
    },
    { REPRISE_ADMIN_KEY: adminKey },
  )
  const service = await startService(config, realWorld(jsonLog('warn')))
  try {
    if (!quiet)
      terminal.line(`${terminal.paint('bold', 'Reprise')} listens on ${service.url}, data in ${folder}`)
    const client = new Client(service.url, adminKey)
    const show = quiet ? undefined : terminal
    const appId = await prepare(client, receiver.url, secret, show)
    const reload = await client.startReload(appId, { weight: 5 })
    show?.heading(`Reload ${reload.id}`)
    const watch: ProgressWatch | undefined = show === undefined ? undefined : watchProgress(show)
    const ended = await client.waitForEnd(reload.id, (record) => watch?.seen(record))
    watch?.end()
    const { event, verified, headers } = await receiver.waitFor(({ type }) => type === FINISHED_EVENT_TYPE)
    const faults = [...finishedEventFaults(event), ...(verified ? [] : ['its signature does not hold'])]
    if (ended.status !== 'SUCCEEDED') faults.push(`the reload ended ${ended.status}: ${ended.errorMessage}`)
    if (show !== undefined) {
      await showResult(service, client, appId, reload.id, show)
      show.heading('The finished event, as the receiver got it')
      show.line(JSON.stringify(event, null, 2))
      show.line()
      show.line(`Qlik-Signature: ${headers['qlik-signature']}`)
      show.line(`webhook-id: ${headers['webhook-id']}`)
      if (faults.length === 0)
        show.line(show.paint('green', '✓ signature, schema and rules hold; one event for one reload'))
    }
    if (faults.length > 0) throw new Error(`the demo failed: ${faults.join('; ')}`)
    return event
  } finally {
    await service.stop()
    await receiver.close()
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await once(server.close(), 'close')
  return port
}

/** Creates files, app, script and webhook; returns the app's id. */
async function prepare(
  client: Client,
  url: string,
  secret: string,
  show: Terminal | undefined,
): Promise<string> {
  show?.heading('Data files')
  for (const name of DATA_FILES) {
    const bytes = await readFile(new URL(`data/${name}`, EXAMPLE))
    await client.uploadFile(name, bytes)
    show?.line(`  lib://DataFiles/${name}  ${bytes.length.toLocaleString('en-US')} bytes`)
  }
  const appId = await client.createApp('Flights')
  const script = await readFile(new URL('flights.qvs', EXAMPLE), 'utf8')
  await client.setScript(appId, script)
  show?.heading('App')
  show?.line(`  Flights (${appId}), script of ${script.split('\n').length} lines: examples/demo/flights.qvs`)
  await client.createWebhook({
    name: 'demo receiver',
    url,
    secret,
    enabled: true,
    eventTypes: [FINISHED_EVENT_TYPE],
  })
  show?.line(`  webhook for ${FINISHED_EVENT_TYPE} to ${url}`)
  return appId
}

async function showResult(
  service: RunningService,
  client: Client,
  appId: string,
  reloadId: string,
  terminal: Terminal,
): Promise<void> {
  terminal.heading('Script log')
  const log = await client.scriptLog(appId, reloadId)
  const lines = log.trimEnd().split(/\r?\n/)
  for (const line of lines) terminal.line(`  ${terminal.paint('dim', line)}`)
  await showTables(terminal, await service.dataFileOf(appId), 5)
}
