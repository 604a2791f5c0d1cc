/** What a history holds, counted: a run in which little happened shows little. */
import { seenInPart } from './effects.ts'
import type { Entry } from './history.ts'
import { outcomeOf, type ReloadStory, type Story, storyOf } from './story.ts'

export interface Tally {
  readonly accepted: number
  readonly outcomes: Readonly<Record<string, number>>
  /** SUCCEEDED by the size of the app, of those that write. */
  readonly sizes: Readonly<Record<string, number>>
  /**
   * SUCCEEDED reloads that ran when an engine was killed, and went back to the queue more often than kills of
   * the server explain.
   */
  readonly engineKilled: number
  /** SUCCEEDED reloads that were listed as running just before a kill of the server, and ended after it. */
  readonly serverKilled: number
  /** Longest attempt that made a reload SUCCEEDED. */
  readonly longestAttemptMs: number
  readonly kills: Readonly<Record<string, number>>
  readonly weather: Readonly<Record<string, number>>
  readonly finishedEvents: number
  readonly arrivals: Readonly<Record<string, number>>
  /** Arrivals beyond the first of an event at a receiver. */
  readonly repeatedArrivals: number
  readonly reads: number
  /** Looks that saw files of one reload in part, which was committed while the reader ran. */
  readonly seenInPart: number
}

export function tallyOf(history: readonly Entry[]): Tally {
  const story = storyOf(history)
  const reloads = [...story.reloads.values()]
  const succeeded = reloads.filter((reload) => outcomeOf(reload) === 'SUCCEEDED')
  const ids = new Set(succeeded.map(({ id }) => id))
  const attempts = story.audited.filter((event) => event.of === 'attempt' && ids.has(event.reload))
  const different = new Set(story.arrived.map(({ receiver, event }) => `${receiver} ${event}`))
  const weather = history.filter((entry) => entry.kind === 'weather')
  return {
    accepted: story.accepted.length,
    outcomes: count(reloads, (reload) => outcomeOf(reload) ?? 'no outcome'),
    sizes: count(
      succeeded.filter(({ writes }) => writes),
      ({ app }) => story.apps.get(app)?.size ?? 'unknown',
    ),
    engineKilled: succeeded.filter((reload) => engineWasKilled(story, reload)).length,
    serverKilled: succeeded.filter((reload) => hits(story, reload, 'server') > 0).length,
    longestAttemptMs: attempts.reduce(
      (most, { status, durationMs }) => (status === 'ok' ? Math.max(most, durationMs) : most),
      0,
    ),
    kills: count(story.killed, ({ what }) => what),
    weather: count(weather, ({ what, state }) => `${what} ${state}`),
    finishedEvents: story.audited.filter((event) => event.of === 'reload').length,
    arrivals: count(story.arrived, ({ receiver }) => receiver),
    repeatedArrivals: story.arrived.length - different.size,
    reads: story.reads.length,
    seenInPart: seenInPart(story),
  }
}

/** Counts of a run, each with the least that makes it a trial; undefined where it was reached. */
export function shortfalls(counts: Tally, least: Least): string[] {
  const reached: Readonly<Record<keyof Least, number>> = {
    succeeded: counts.outcomes.SUCCEEDED ?? 0,
    engineKilled: counts.engineKilled,
    serverKilled: counts.serverKilled,
    longestAttemptMs: counts.longestAttemptMs,
    sizes: Object.keys(counts.sizes).length,
  }
  return Object.entries(least)
    .filter(([name, wanted]) => reached[name as keyof Least] < wanted)
    .map(([name, wanted]) => `${name}: ${reached[name as keyof Least]} of at least ${wanted}`)
}

export interface Least {
  readonly succeeded: number
  readonly engineKilled: number
  readonly serverKilled: number
  readonly longestAttemptMs: number
  readonly sizes: number
}

function engineWasKilled(story: Story, reload: ReloadStory): boolean {
  const requeues = story.audited
    .filter((event) => event.of === 'reload' && event.reload === reload.id)
    .reduce((sum, event) => sum + event.requeues, 0)
  return hits(story, reload, 'engine') > 0 && requeues > hits(story, reload, 'server')
}

/** Kills during which the reload ran. */
function hits(story: Story, { id, listed }: ReloadStory, of: string): number {
  return story.killed.filter(
    ({ what, at, running }) => what.startsWith(of) && running.includes(id) && (listed?.endedAt ?? 0) > at,
  ).length
}

function count<One>(all: readonly One[], of: (one: One) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of all) counts[of(one)] = (counts[of(one)] ?? 0) + 1
  return counts
}
