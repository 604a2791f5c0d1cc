/** The events of a step in which runs of automations ended, with their deliveries to all who want them. */
import { toldWith } from '../catalog/told-with.ts'
import { type AutomationRun, isOver } from '../core/automation/run.ts'
import { newTimeUuid } from '../core/ids.ts'
import type { Random } from '../core/ports.ts'
import { automationRunEvent } from '../event/automation-event.ts'
import type { CatalogSaving, CatalogView } from '../store/port/change.ts'

/** @param runs as they are saved; of those that are over this step saw the end */
export function toldEnds(
  { random }: { readonly random: Random },
  { tenant, subscriptions }: CatalogView,
  runs: readonly AutomationRun[],
  now: number,
): Pick<CatalogSaving, 'events' | 'deliveries'> {
  const events = runs
    .filter(isOver)
    .map((run) => automationRunEvent(tenant, run, newTimeUuid(random, now), now))
  return toldWith({ random }, { subscriptions }, events)
}
