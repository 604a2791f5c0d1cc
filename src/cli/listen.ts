/**
 * `reprise listen --forward URL`: forwards a service's events to an address of this machine, signed as a
 * webhook would, for developing a receiver that the service cannot reach. One send per event, in order; a
 * failed one is reported and not retried.
 */
import { randomBytes } from 'node:crypto'
import { Command } from 'commander'
import { signatureHeaders } from '../delivery/channels/signature.ts'
import { ConfigError } from '../main/config.ts'
import { eventLine } from './event-line.ts'
import { type EventOptions, withEventOptions } from './event-query.ts'
import { eachEvent } from './events.ts'
import { type ServiceOptions, withServiceOptions } from './service-options.ts'
import { Terminal } from './terminal.ts'

const FORWARD_TIMEOUT_MS = 15_000

type ListenOptions = EventOptions & ServiceOptions & { readonly forward: string; readonly secret?: string }

export function listenCommand(): Command {
  const command = new Command('listen')
    .description('Forward events to a receiver on this machine, signed as webhooks are.')
    .requiredOption('--forward <address>', 'where to send each event, such as http://127.0.0.1:8080/events')
    .option(
      '--secret <secret>',
      'signs the events (REPRISE_WEBHOOK_SECRET; default: a new one, printed at the start)',
    )
  return withEventOptions(withServiceOptions(command)).action(async (options: ListenOptions) => {
    const address = readAddress(options.forward)
    const given = options.secret ?? process.env.REPRISE_WEBHOOK_SECRET
    const secret = given ?? randomBytes(16).toString('hex')
    const terminal = new Terminal(process.stdout)
    terminal.line(`Forwarding events to ${address}`)
    if (given === undefined) terminal.line(`Webhook secret: ${secret}`)
    await eachEvent(options, async ({ event, text }, signal) => {
      const answer = await send(address, secret, event.id, text, signal)
      const style = answer.ok ? 'green' : 'red'
      terminal.line(`${eventLine(terminal, event)}  ${terminal.paint(style, answer.text)}`)
    })
  })
}

function readAddress(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new ConfigError(`--forward takes an address such as http://127.0.0.1:8080/events, not "${text}"`)
}

async function send(
  address: string,
  secret: string,
  eventId: string,
  text: string,
  stopping: AbortSignal,
): Promise<{ readonly ok: boolean; readonly text: string }> {
  const body = new TextEncoder().encode(text)
  const startedAt = performance.now()
  try {
    const response = await fetch(address, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Reprise (listen)',
        ...signatureHeaders([secret], eventId, Date.now(), body),
      },
      body,
      signal: AbortSignal.any([stopping, AbortSignal.timeout(FORWARD_TIMEOUT_MS)]),
    })
    await response.body?.cancel()
    const ms = Math.round(performance.now() - startedAt)
    return { ok: response.ok, text: `-> ${response.status} (${ms} ms)` }
  } catch (error) {
    const { cause, message } = error as Error
    return { ok: false, text: `-> ${(cause as Error | undefined)?.message || message}` }
  }
}
