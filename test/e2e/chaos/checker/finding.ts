/** What the checker can find, each with what it means. */

export const FINDING_KINDS = {
  'no outcome': 'an accepted reload has not ended, or is not known any more',
  'outcome changed': 'a reload that had ended was seen in another state',
  'one request, two reloads': 'a request that was repeated under its key was accepted as two reloads',
  'reload from nowhere': 'a reload is listed that no client was told of',
  'cancel undone': 'a cancel was acknowledged, and the reload did not end CANCELED',
  'no finished event': 'a reload ended, and no event tells it',
  'two finished events': 'a reload has more than one finished event',
  'event tells another outcome': 'a finished event and its reload differ',
  'event ids differ': 'the end of one reload arrived under several event ids',
  'bodies differ': 'one event arrived with several bodies',
  'event from nowhere': 'an event arrived that the service does not know',
  'delivery missing': 'a finished event did not reach a receiver that takes it',
  'delivered twice': 'a receiver that holds each event once holds it more often',
  'effect doubled': 'a place holds more rows of a run than one execution makes',
  'effect missing': 'a place lacks rows of a run that had succeeded',
  'effect of a reload that did not succeed':
    'a place holds rows of a run that failed, was canceled or exceeded a limit',
  'effect before its commit': 'rows were read that were not committed yet',
  torn: 'a place that is written whole holds a part, or parts of several runs',
  'not seen together': 'of what one reload stores together a part was seen without the rest',
  'earlier commit won': 'a place holds the rows of a run though a later one was committed',
  'rows from nowhere': 'a place holds rows of no run that may write it',
  'not looked at': 'a place was not read after its last writer had ended',
} as const

export type FindingKind = keyof typeof FINDING_KINDS

export interface Finding {
  readonly kind: FindingKind
  /** With the names of what it is about. */
  readonly text: string
  /** Runs, reloads, events and places that it is about: what of the history shows it. */
  readonly about: readonly string[]
}

export function finding(kind: FindingKind, text: string, ...about: readonly string[]): Finding {
  return { kind, text, about }
}
