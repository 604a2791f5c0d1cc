/**
 * The checker of chaos: a history as seen from outside in, findings out. Pure. It knows what the service
 * promises and nothing of how it is built.
 */
import { judgeEffects } from './effects.ts'
import { judgeEvents } from './events.ts'
import type { Finding } from './finding.ts'
import type { Entry } from './history.ts'
import { judgeOutcomes } from './outcomes.ts'
import { storyOf } from './story.ts'

/** Throws for a history that does not hold together, which is a mistake of whoever wrote it down. */
export function judge(history: readonly Entry[]): Finding[] {
  const story = storyOf(history)
  return [...judgeOutcomes(story), ...judgeEvents(story), ...judgeEffects(story)]
}

/**
 * What of a history shows a finding: entries about the runs, reloads, events and places that it names, with
 * the apps and places behind them. Small enough to be read, and to be kept as a test.
 */
export function excerpt(history: readonly Entry[], { about }: Finding): Entry[] {
  const names = new Set(about)
  for (const entry of history) {
    if (entry.kind !== 'accepted' || !(names.has(entry.run) || names.has(entry.reload))) continue
    names.add(entry.run).add(entry.reload)
  }
  for (const entry of history) if (entry.kind === 'asked' && names.has(entry.run)) names.add(entry.app)
  return history.flatMap((entry): Entry[] => {
    switch (entry.kind) {
      case 'killed':
      case 'serving':
      case 'weather':
        return []
      case 'read': {
        if (!names.has(entry.reload) || !names.has(entry.place)) return []
        const rows = Object.entries(entry.rows).filter(([run]) => names.has(run))
        return [{ ...entry, rows: Object.fromEntries(rows) }]
      }
      case 'place':
      case 'app':
      case 'receiver':
        return names.has(entry.name) ? [entry] : []
      case 'asked':
        return names.has(entry.run) ? [entry] : []
      default:
        return names.has(entry.reload) ? [entry] : []
    }
  })
}
