/** `reprise events tail`: prints a service's events as they happen, one line each, until Ctrl-C. */
import { once } from 'node:events'
import { Command } from 'commander'
import { eventLine } from './event-line.ts'
import { type EventOptions, eventQuery, withEventOptions } from './event-query.ts'
import { type FollowedEvent, followEvents } from './follow-events.ts'
import { readServiceOptions, type ServiceOptions, withServiceOptions } from './service-options.ts'
import { Terminal } from './terminal.ts'

export function eventsCommand(): Command {
  const tail = new Command('tail')
    .description('Print events as they happen.')
    .option('--json', 'print each event as one line of JSON')
  withEventOptions(withServiceOptions(tail)).action(async (options: TailOptions) => {
    const terminal = new Terminal(process.stdout)
    await eachEvent(options, async ({ event, text }) => {
      if (options.json === true) process.stdout.write(`${text}\n`)
      else terminal.line(eventLine(terminal, event))
    })
  })
  return new Command('events').description('Look at the events of a running service.').addCommand(tail)
}

type TailOptions = EventOptions & ServiceOptions & { readonly json?: boolean }

/**
 * Calls `act` for each event in order, as fast as standard output takes what it prints, until SIGINT or
 * SIGTERM comes or nobody reads any more; then ends the process. Reconnects when the connection breaks and
 * reports this on standard error.
 *
 * @param act is told to stop by the signal
 */
export async function eachEvent(
  options: EventOptions & ServiceOptions,
  act: (followed: FollowedEvent, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { origin, key } = readServiceOptions(options)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  const { signal } = stopping
  process.once('SIGINT', stop).once('SIGTERM', stop)
  process.stdout.once('error', stop)
  const notes = new Terminal(process.stderr)
  const following = {
    origin,
    key,
    query: eventQuery(options),
    signal,
    onConnection(state: 'broken' | 'back', detail: string) {
      notes.line(
        state === 'back' ? `connected to ${detail} again` : `connection lost (${detail}), trying again`,
      )
    },
  }
  for await (const followed of followEvents(following)) {
    await act(followed, signal)
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain', { signal }).catch(() => {})
  }
  // What was printed and not read would hold the process.
  process.exit()
}
