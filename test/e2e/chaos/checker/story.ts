/** A history put in order by reload: what was asked, what was seen of it, and what it came to. */
import type { CancelAnswer, Entry, EntryOf, PlannedApp, PlannedPlace, PlannedReceiver } from './history.ts'

const OUTCOMES = ['SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT']
export const isEnd = (status: string) => OUTCOMES.includes(status)

export interface ReloadStory {
  readonly id: string
  readonly run: string
  readonly app: string
  readonly writes: boolean
  /** When its client began to ask for it, the first time. */
  readonly askedAt: number
  /** In the order of time. */
  readonly seen: { readonly at: number; readonly status: string }[]
  readonly cancels: { readonly at: number; readonly answer: CancelAnswer }[]
  /** When somebody outside first knew that it had ended. */
  endSeenAt: number
  /** As listed at the end; undefined if it was not listed. */
  listed?: EntryOf<'listed'>
}

export interface Story {
  readonly apps: ReadonlyMap<string, PlannedApp>
  readonly places: ReadonlyMap<string, PlannedPlace>
  readonly receivers: readonly PlannedReceiver[]
  /** Reloads that were told as accepted, by id. */
  readonly reloads: ReadonlyMap<string, ReloadStory>
  readonly runs: ReadonlyMap<string, ReloadStory>
  readonly listed: readonly EntryOf<'listed'>[]
  readonly arrived: readonly EntryOf<'arrived'>[]
  readonly audited: readonly EntryOf<'audited'>[]
  readonly reads: readonly EntryOf<'read'>[]
  readonly accepted: readonly EntryOf<'accepted'>[]
  readonly killed: readonly EntryOf<'killed'>[]
}

export function storyOf(history: readonly Entry[]): Story {
  const all = <Kind extends Entry['kind']>(kind: Kind) =>
    history.filter((entry): entry is EntryOf<Kind> => entry.kind === kind)
  const reloads = reloadsOf(all('asked'), all('accepted'))
  const runs = new Map<string, ReloadStory>()
  for (const reload of reloads.values()) if (!runs.has(reload.run)) runs.set(reload.run, reload)
  const ended = (id: string, at: number) => {
    const reload = reloads.get(id)
    if (reload !== undefined) reload.endSeenAt = Math.min(reload.endSeenAt, at)
  }
  for (const { reload, at, status } of all('seen')) {
    reloads.get(reload)?.seen.push({ at, status })
    if (isEnd(status)) ended(reload, at)
  }
  for (const { reload, at, answer } of all('cancel')) reloads.get(reload)?.cancels.push({ at, answer })
  for (const one of all('listed')) {
    const reload = reloads.get(one.reload)
    if (reload !== undefined) reload.listed = one
  }
  return {
    apps: new Map(all('app').map((app) => [app.name, app])),
    places: new Map(all('place').map((place) => [place.name, place])),
    receivers: all('receiver'),
    reloads,
    runs,
    listed: all('listed'),
    arrived: all('arrived'),
    audited: all('audited'),
    reads: all('read'),
    accepted: all('accepted'),
    killed: all('killed'),
  }
}

/** What it came to in the end, as far as anybody saw. */
export function outcomeOf(reload: ReloadStory): string | undefined {
  const told = reload.listed?.status ?? reload.seen.at(-1)?.status
  return told !== undefined && isEnd(told) ? told : undefined
}

function reloadsOf(
  asked: readonly EntryOf<'asked'>[],
  accepted: readonly EntryOf<'accepted'>[],
): Map<string, ReloadStory> {
  const requests = new Map<string, EntryOf<'asked'>>()
  for (const request of asked) if (!requests.has(request.run)) requests.set(request.run, request)
  const reloads = new Map<string, ReloadStory>()
  for (const { run, reload: id } of accepted) {
    const request = requests.get(run)
    if (request === undefined) throw new Error(`the history accepts run ${run}, which nobody asked for`)
    if (reloads.has(id)) continue
    const { app, writes, at: askedAt } = request
    reloads.set(id, {
      id,
      run,
      app,
      writes,
      askedAt,
      seen: [],
      cancels: [],
      endSeenAt: Number.POSITIVE_INFINITY,
    })
  }
  return reloads
}
