/** `reprise alerts`: shows the alerts of a running service, and tries one. */
import { Command } from 'commander'
import { type AnswerOptions, clientOf, printJson, withJson } from './answer.ts'
import { withServiceOptions } from './service-options.ts'
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

export function alertsCommand(): Command {
  const list = new Command('list').description('Show the alerts that the key may see.')
  withServiceOptions(withJson(list)).action(async (options: AnswerOptions) => {
    const alerts = await clientOf(options).rows<Alert>(`${ALERTS}?limit=${PAGE_SIZE}`)
    if (options.json === true) printJson(alerts)
    else show(new Terminal(process.stdout), alerts)
  })
  const test = new Command('test')
    .description('Send a test message of an alert, now.')
    .argument('<alert>', 'id of the alert')
  withServiceOptions(withJson(test))
    .addHelpText('after', '\nExit code: 0 sent, 1 not sent, or refused by the service, 2 wrong use')
    .action(async (id: string, options: AnswerOptions) => {
      const path = `${ALERTS}/${encodeURIComponent(id)}/actions/test`
      const answer = await clientOf(options).call<{ sent: boolean; message?: string }>('POST', path)
      if (options.json === true) printJson(answer)
      else {
        const text = [answer.sent ? 'sent' : 'not sent', answer.message].filter((part) => part !== undefined)
        new Terminal(process.stdout).line(text.join(': '))
      }
      process.exitCode = answer.sent ? 0 : 1
    })
  return new Command('alerts').description('Look at alerts, and try them.').addCommand(list).addCommand(test)
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
