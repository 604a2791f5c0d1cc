/** `reprise alerts`: shows the alerts of a running service, and tries one. */
import { Command } from 'commander'
import { Client } from './client.ts'
import { readServiceOptions, type ServiceOptions, withServiceOptions } from './service-options.ts'
import { Terminal } from './terminal.ts'

const ALERTS = '/api/v1/alerts'
const PAGE_SIZE = 100

interface Alert {
  readonly id: string
  readonly name: string
  readonly channel: string
  readonly on: readonly string[]
  readonly to?: readonly string[]
  readonly url?: string
  readonly enabled: boolean
  readonly failingSince?: string
}

type Options = ServiceOptions & { readonly json?: true }

export function alertsCommand(): Command {
  const list = new Command('list').description('Show the alerts that the key may see.')
  withOptions(list).action(async (options: Options) => {
    const alerts = await allAlerts(clientOf(options))
    if (options.json === true) process.stdout.write(`${JSON.stringify(alerts)}\n`)
    else show(new Terminal(process.stdout), alerts)
  })
  const test = new Command('test')
    .description('Send a test message of an alert, now.')
    .argument('<alert>', 'id of the alert')
  withOptions(test)
    .addHelpText('after', '\nExit code: 0 sent, 1 not sent, or refused by the service, 2 wrong use')
    .action(async (id: string, options: Options) => {
      const path = `${ALERTS}/${encodeURIComponent(id)}/actions/test`
      const answer = await clientOf(options).call<{ sent: boolean; message?: string }>('POST', path)
      if (options.json === true) process.stdout.write(`${JSON.stringify(answer)}\n`)
      else {
        const text = [answer.sent ? 'sent' : 'not sent', answer.message].filter((part) => part !== undefined)
        new Terminal(process.stdout).line(text.join(': '))
      }
      process.exitCode = answer.sent ? 0 : 1
    })
  return new Command('alerts').description('Look at alerts, and try them.').addCommand(list).addCommand(test)
}

function withOptions(command: Command): Command {
  return withServiceOptions(command).option('--json', 'print the answer as one line of JSON')
}

function clientOf(options: Options): Client {
  const { origin, key } = readServiceOptions(options)
  return new Client(origin, key)
}

async function allAlerts(client: Client): Promise<Alert[]> {
  const alerts: Alert[] = []
  let path: string | undefined = `${ALERTS}?limit=${PAGE_SIZE}`
  while (path !== undefined) {
    const page: { data: Alert[]; links: { next?: { href: string } } } = await client.call('GET', path)
    alerts.push(...page.data)
    const next = page.links.next === undefined ? undefined : new URL(page.links.next.href)
    path = next && next.pathname + next.search
  }
  return alerts
}

function show(terminal: Terminal, alerts: readonly Alert[]): void {
  terminal.table(
    ['id', 'name', 'channel', 'on', 'to', 'state'],
    alerts.map(({ id, name, channel, on, to, url, enabled, failingSince }) => [
      id,
      name,
      channel,
      on.join(', '),
      to?.join(', ') ?? url ?? '',
      enabled ? (failingSince === undefined ? 'on' : `fails since ${failingSince}`) : 'off',
    ]),
  )
}
