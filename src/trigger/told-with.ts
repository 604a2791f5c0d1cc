/** The events of a step about a task, with their deliveries to all who want them. */
import { defined } from '../core/defined.ts'
import type { Random } from '../core/ports.ts'
import { fanOut } from '../event/fan-out.ts'
import type { EventDraft } from '../event/stored-event.ts'
import type { CatalogSaving, TaskView } from '../store/port/change.ts'

export function toldWith(
  { random }: { readonly random: Random },
  { subscriptions, app, readers }: TaskView,
  events: readonly EventDraft[],
): Pick<CatalogSaving, 'events' | 'deliveries'> {
  if (events.length === 0) return {}
  return { events, deliveries: fanOut(events, { subscriptions, ...defined({ app, readers }) }, random) }
}
