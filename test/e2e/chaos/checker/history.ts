/**
 * The history of a chaos run as its clients and receivers saw it: lines of JSON, one an entry. Read here with
 * own parsing; what writes it is outside. This folder imports nothing of the service, so that no mistake can
 * be made twice the same way.
 *
 * A *run* is one request of a client, named by it before it asks (`a3-17`), and every row that its script
 * stores carries that name. A *place* is what rows can be read from: a data file, or a table of an app's
 * data.
 */

/** Times are epoch ms. */
export type Entry =
  | PlannedPlace
  | PlannedApp
  | PlannedReceiver
  /** A client is about to ask; again when it was not answered. `writes`: it should change its places. */
  | {
      readonly kind: 'asked'
      readonly at: number
      readonly run: string
      readonly app: string
      readonly writes: boolean
    }
  | { readonly kind: 'accepted'; readonly at: number; readonly run: string; readonly reload: string }
  | { readonly kind: 'seen'; readonly at: number; readonly reload: string; readonly status: string }
  | { readonly kind: 'cancel'; readonly at: number; readonly reload: string; readonly answer: CancelAnswer }
  /** A finished event reached a receiver, or lies in a stream. */
  | {
      readonly kind: 'arrived'
      readonly at: number
      readonly receiver: string
      readonly event: string
      readonly reload: string
      readonly status: string
      /** Anything that differs when the body does. */
      readonly body: string
    }
  /**
   * What a succeeded reload read in a place: rows by run, as its script log tells, in the order of its
   * reads.
   */
  | {
      readonly kind: 'read'
      readonly at: number
      readonly reload: string
      readonly place: string
      readonly rows: Readonly<Record<string, number>>
    }
  /** A reload as the service lists it at the end. */
  | {
      readonly kind: 'listed'
      readonly reload: string
      readonly status: string
      readonly endedAt: number
    }
  /**
   * An event as the service keeps it, in the order of its commits: of the end of a reload, or of an attempt.
   */
  | {
      readonly kind: 'audited'
      readonly at: number
      readonly of: 'reload' | 'attempt'
      readonly event: string
      readonly reload: string
      readonly status: string
      /** Of an attempt. */
      readonly durationMs: number
      /** Of a reload: how often it went back to the queue because an attempt was lost or broke. */
      readonly requeues: number
    }
  /** @property running reloads listed as running just before */
  | {
      readonly kind: 'killed'
      readonly at: number
      readonly what: string
      readonly running: readonly string[]
    }
  | { readonly kind: 'serving'; readonly at: number }
  /** A receiver or broker was made unreachable, or was well again. */
  | { readonly kind: 'weather'; readonly at: number; readonly what: string; readonly state: string }

export type EntryOf<Kind extends Entry['kind']> = Extract<Entry, { readonly kind: Kind }>
export type CancelAnswer = 'canceled' | 'canceling' | 'already-ended'

export interface PlannedPlace {
  readonly kind: 'place'
  readonly name: string
  /** What it must hold: rows of every succeeded run of its writers, or of the one that was committed last. */
  readonly keeps: 'every' | 'last'
  /** Rows of one run. */
  readonly rows: number
  /** Apps. */
  readonly writers: readonly string[]
  /** Places of one group are written by one reload: all of it is seen, or nothing. */
  readonly group: string
}

export interface PlannedApp {
  readonly kind: 'app'
  readonly name: string
  readonly tenant: string
  readonly size: string
}

export interface PlannedReceiver {
  readonly kind: 'receiver'
  readonly name: string
  readonly tenants: readonly string[]
  /** It holds each event once, and not only at least once. */
  readonly once: boolean
}

type Shape = Readonly<Record<string, 'text' | 'number' | 'yes or no' | 'texts' | 'counts'>>

const SHAPES: Readonly<Record<Entry['kind'], Shape>> = {
  place: { name: 'text', keeps: 'text', rows: 'number', writers: 'texts', group: 'text' },
  app: { name: 'text', tenant: 'text', size: 'text' },
  receiver: { name: 'text', tenants: 'texts', once: 'yes or no' },
  asked: { at: 'number', run: 'text', app: 'text', writes: 'yes or no' },
  accepted: { at: 'number', run: 'text', reload: 'text' },
  seen: { at: 'number', reload: 'text', status: 'text' },
  cancel: { at: 'number', reload: 'text', answer: 'text' },
  arrived: { at: 'number', receiver: 'text', event: 'text', reload: 'text', status: 'text', body: 'text' },
  read: { at: 'number', reload: 'text', place: 'text', rows: 'counts' },
  listed: { reload: 'text', status: 'text', endedAt: 'number' },
  audited: {
    at: 'number',
    of: 'text',
    event: 'text',
    reload: 'text',
    status: 'text',
    durationMs: 'number',
    requeues: 'number',
  },
  killed: { at: 'number', what: 'text', running: 'texts' },
  serving: { at: 'number' },
  weather: { at: 'number', what: 'text', state: 'text' },
}

const IS: Readonly<Record<Shape[string], (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  'yes or no': (value) => typeof value === 'boolean',
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  counts: (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every((one) => Number.isInteger(one)),
}

/** Throws for a line that is no entry, with its number. */
export function parseHistory(text: string): Entry[] {
  return text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => {
      try {
        const entry: Entry = JSON.parse(line)
        checkShape({ ...entry })
        return entry
      } catch (error) {
        throw new Error(`line ${number} of the history: ${(error as Error).message}`)
      }
    })
}

export function historyText(entries: readonly Entry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
}

function checkShape(value: Readonly<Record<string, unknown>>): void {
  const shape = SHAPES[value.kind as Entry['kind']]
  if (shape === undefined) throw new Error(`there is no kind ${JSON.stringify(value.kind)}`)
  for (const [name, type] of Object.entries(shape)) {
    if (!IS[type](value[name])) throw new Error(`${name} of ${value.kind} is not ${type}`)
  }
  for (const name of Object.keys(value)) {
    if (name !== 'kind' && shape[name] === undefined) throw new Error(`${value.kind} has no ${name}`)
  }
}
