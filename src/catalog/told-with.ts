/** Events of a step, with their deliveries to all who want them: saved in the step's own commit. */
import type { Random } from '../core/ports.ts'
import { fanOut, type Listeners } from '../event/fan-out.ts'
import type { EventDraft } from '../event/stored-event.ts'
import type { CatalogSaving } from '../store/port/change.ts'

export function toldWith(
  { random }: { readonly random: Random },
  listeners: Listeners,
  events: readonly EventDraft[],
): Pick<CatalogSaving, 'events' | 'deliveries'> {
  return events.length === 0 ? {} : { events, deliveries: fanOut(events, listeners, random) }
}
