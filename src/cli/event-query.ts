/** The options that select events, as the query of the event stream. */

import type { Command } from 'commander'
import { defined } from '../core/defined.ts'
import { OUTCOMES } from '../core/outcome.ts'
import { FINISHED_EVENT_TYPE } from '../event/event-types.ts'
import { ConfigError } from '../main/config.ts'

export interface EventOptions {
  readonly types?: string
  readonly app?: string
  readonly space?: string
  readonly outcome?: string
  readonly filter?: string
  readonly after?: string
}

export function withEventOptions(command: Command): Command {
  return command
    .option('--types <names>', 'comma list of event types')
    .option('--app <id>', 'only events of this app')
    .option('--space <id>', 'only events of apps in this space')
    .option('--outcome <names>', `only finished events with one of these outcomes: ${OUTCOMES.join(', ')}`)
    .option('--filter <filter>', 'a filter as webhooks have it, such as: topLevelResourceId eq "..."')
    .option('--after <cursor>', 'begin after this event of the stream; 0 is the oldest that is kept')
}

/** @throws ConfigError for an unknown outcome */
export function eventQuery({ types, app, space, outcome, filter, after }: EventOptions): URLSearchParams {
  const outcomes = (outcome ?? '').split(',').filter((one) => one !== '')
  const unknown = outcomes.find((one) => !(OUTCOMES as readonly string[]).includes(one))
  if (unknown !== undefined) throw new ConfigError(`--outcome takes ${OUTCOMES.join(', ')}, not "${unknown}"`)
  const conditions = [
    ...(filter === undefined ? [] : [`(${filter})`]),
    ...(app === undefined ? [] : [`topLevelResourceId eq ${JSON.stringify(app)}`]),
    ...(space === undefined ? [] : [`spaceId eq ${JSON.stringify(space)}`]),
    ...(outcomes.length === 0 ? [] : [`(${outcomes.map((one) => `data.status eq "${one}"`).join(' or ')})`]),
  ]
  const chosen = types ?? (outcomes.length === 0 ? undefined : FINISHED_EVENT_TYPE)
  return new URLSearchParams({
    ...defined({ types: chosen }),
    ...(conditions.length === 0 ? {} : { filter: conditions.join(' and ') }),
    ...defined({ after }),
  })
}
