/**
 * A reload has its effect once, whole, and only if it succeeded: judged from what other reloads (and the
 * reload after it) read in the places that it writes. A reading is judged against two sets. What had
 * succeeded, to the knowledge of somebody outside, before the reader was asked for *must* be there; what
 * did not succeed, or was committed after the reader had ended, must not. What lies between may be there.
 */
import { type Finding, finding } from './finding.ts'
import type { EntryOf, PlannedPlace } from './history.ts'
import { name } from './outcomes.ts'
import { outcomeOf, type ReloadStory, type Story } from './story.ts'

/** One look at a place. */
interface Reading {
  readonly place: PlannedPlace
  readonly reader: ReloadStory
  readonly rows: Readonly<Record<string, number>>
}

export function judgeEffects(story: Story): Finding[] {
  const readings = story.reads.map((read) => readingOf(story, read))
  const found = [
    ...readings.flatMap((reading) => [
      ...Object.entries(reading.rows).flatMap(([run, count]) => judgeRows(story, reading, run, count)),
      ...(reading.place.keeps === 'every' ? missing(story, reading) : wholeAndLast(story, reading)),
    ]),
    ...apart(story, readings),
    ...notLookedAt(story, readings),
  ]
  // What a place holds is read again and again: told once.
  return [...new Map(found.map((one) => [`${one.kind} ${one.about.slice(0, 2)}`, one])).values()]
}

function readingOf(story: Story, { reload, place, rows }: EntryOf<'read'>): Reading {
  const reader = story.reloads.get(reload)
  const planned = story.places.get(place)
  if (reader === undefined)
    throw new Error(`the history has a read by reload ${reload}, which it does not know`)
  if (planned === undefined) throw new Error(`the history has a read of ${place}, which it does not plan`)
  return { place: planned, reader, rows }
}

function judgeRows(story: Story, { place, reader, rows }: Reading, run: string, count: number): Finding[] {
  const writer = story.runs.get(run)
  const said = `${place.name} holds ${count} rows of run ${run}, as ${name(reader)} read it`
  const about = [place.name, run, reader.id, reader.run]
  if (writer === undefined || !writer.writes || !place.writers.includes(writer.app)) {
    return [finding('rows from nowhere', `${said}: no such run writes there`, ...about)]
  }
  const outcome = outcomeOf(writer)
  if (outcome !== undefined && outcome !== 'SUCCEEDED') {
    const text = `${said}, which ended ${outcome}`
    return [finding('effect of a reload that did not succeed', text, ...about, writer.id)]
  }
  if (writer === reader || endedAt(writer) > endedAt(reader)) {
    const text = `${said}, which had not ended then`
    return [finding('effect before its commit', text, ...about, writer.id)]
  }
  if (place.keeps === 'last' || count === place.rows) {
    return place.keeps === 'last' && (count !== place.rows || Object.keys(rows).length > 1)
      ? [finding('torn', `${said}, of ${Object.keys(rows).length} runs; ${place.rows} are whole`, ...about)]
      : []
  }
  return count > place.rows
    ? [finding('effect doubled', `${said}; one execution makes ${place.rows}`, ...about, writer.id)]
    : [finding('effect missing', `${said}, not ${place.rows}`, ...about, writer.id)]
}

/** Runs whose rows must have been there. */
function musts(story: Story, { place, reader }: Reading): ReloadStory[] {
  return writersOf(story, place).filter((writer) => writer.endSeenAt < reader.askedAt)
}

function writersOf(story: Story, place: PlannedPlace): ReloadStory[] {
  return [...story.reloads.values()].filter(
    (writer) => writer.writes && place.writers.includes(writer.app) && outcomeOf(writer) === 'SUCCEEDED',
  )
}

function missing(story: Story, reading: Reading): Finding[] {
  const { place, reader, rows } = reading
  return musts(story, reading)
    .filter(({ run }) => rows[run] === undefined)
    .map((writer) => {
      const text = `${place.name} has no row of ${name(writer)}, which had succeeded, as ${name(reader)} read it`
      return finding('effect missing', text, place.name, writer.run, reader.id, reader.run, writer.id)
    })
}

function wholeAndLast(story: Story, reading: Reading): Finding[] {
  const { place, reader, rows } = reading
  const must = musts(story, reading)
  if (must.length === 0) return []
  const [run, ...others] = Object.keys(rows)
  const last = must.reduce((one, other) => (endedAt(other) > endedAt(one) ? other : one))
  if (run === undefined) {
    const text = `${place.name} is empty as ${name(reader)} read it, though ${name(last)} had succeeded`
    return [finding('effect missing', text, place.name, last.run, reader.id, reader.run, last.id)]
  }
  const writer = story.runs.get(run)
  if (others.length > 0 || writer === undefined || outcomeOf(writer) !== 'SUCCEEDED') return []
  if (endedAt(writer) >= endedAt(last)) return []
  const text = `${place.name} holds the rows of ${name(writer)}, though ${name(last)} was committed later`
  const about = [place.name, run, reader.id, reader.run, writer.id, last.id, last.run]
  return [finding('earlier commit won', text, ...about)]
}

/** Readings of places of one group that differ, though the first was the same before and after. */
interface Apart {
  readonly first: Reading
  readonly second: Reading
  readonly runs: readonly string[]
}

/**
 * A reader that finds a place unchanged before and after it looks at another one of its group finds the same
 * runs there: no commit lay between that touched the group. Except for a run that was committed while the
 * reader ran: its files come to their places one after the other, which `seenInPart` counts.
 */
function apart(story: Story, readings: readonly Reading[]): Finding[] {
  return differing(readings)
    .filter(({ first: { reader }, runs }) => !runs.every((run) => endedMeanwhile(story, run, reader)))
    .map(({ first, second, runs }) => {
      const places = [first.place.name, second.place.name]
      const text = `${places.join(' and ')} differ in ${runs.join(', ')}, as ${name(first.reader)} read them`
      return finding('not seen together', text, ...places, first.reader.id, first.reader.run, ...runs)
    })
}

/** How often a reader saw a part of what a reload stored that was committed while the reader ran. */
export function seenInPart(story: Story): number {
  const found = differing(story.reads.map((read) => readingOf(story, read)))
  return found.filter(({ first, runs }) => runs.every((run) => endedMeanwhile(story, run, first.reader)))
    .length
}

function differing(readings: readonly Reading[]): Apart[] {
  return readings.flatMap((first, at) => {
    const second = readings[at + 1]
    const again = readings[at + 2]
    if (second === undefined || again === undefined) return []
    const oneReader = first.reader === second.reader && first.reader === again.reader
    const oneGroup = first.place.group === second.place.group && first.place !== second.place
    if (!oneReader || !oneGroup || again.place !== first.place) return []
    if (runsIn(first) !== runsIn(again) || runsIn(first) === runsIn(second)) return []
    const runs = [...new Set([first, second].flatMap(({ rows }) => Object.keys(rows)))].filter(
      (run) => (first.rows[run] === undefined) !== (second.rows[run] === undefined),
    )
    return [{ first, second, runs }]
  })
}

function endedMeanwhile(story: Story, run: string, reader: ReloadStory): boolean {
  const writer = story.runs.get(run)
  if (writer === undefined || outcomeOf(writer) !== 'SUCCEEDED') return false
  return endedAt(writer) >= reader.askedAt && endedAt(writer) <= endedAt(reader)
}

function runsIn({ rows }: Reading): string {
  return Object.keys(rows).sort().join(' ')
}

function notLookedAt(story: Story, readings: readonly Reading[]): Finding[] {
  return [...story.places.values()].flatMap((place) => {
    const writers = writersOf(story, place)
    const seen = ({ reader }: Reading) => writers.every(({ endSeenAt }) => endSeenAt < reader.askedAt)
    if (writers.length === 0 || readings.some((reading) => reading.place === place && seen(reading)))
      return []
    const about = [place.name, ...writers.map(({ id }) => id)]
    return [finding('not looked at', `nobody read ${place.name} in the end`, ...about)]
  })
}

function endedAt(reload: ReloadStory): number {
  return reload.listed?.endedAt ?? Number.POSITIVE_INFINITY
}
