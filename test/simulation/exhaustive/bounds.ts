/** How much may go wrong on the way of one reload: the more, the more states there are. */
import type { Bounds } from './scene.ts'

/** A kill at every step: what every run of the tests explores. */
export const ONE_KILL: Bounds = { kills: 1, lostAnswers: 0, cancels: 0 }

/** What a night explores. */
export const NIGHT: Readonly<Record<string, Bounds>> = {
  'one kill': ONE_KILL,
  'one kill and a cancel': { kills: 1, lostAnswers: 0, cancels: 1 },
  'one kill and a lost answer': { kills: 1, lostAnswers: 1, cancels: 0 },
  'a lost answer and a cancel': { kills: 0, lostAnswers: 1, cancels: 1 },
  'two kills': { kills: 2, lostAnswers: 0, cancels: 0 },
}
