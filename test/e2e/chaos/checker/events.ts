/** Every end is told by one event, under one id, and reaches every receiver of its tenant. */
import { type Finding, finding } from './finding.ts'
import type { EntryOf } from './history.ts'
import { name } from './outcomes.ts'
import { outcomeOf, type ReloadStory, type Story } from './story.ts'

export function judgeEvents(story: Story): Finding[] {
  const finished = story.audited.filter((event) => event.of === 'reload')
  const arrivals = by(story.arrived, ({ reload }) => reload)
  const events = by(finished, ({ reload }) => reload)
  return [
    ...[...story.reloads.values()].flatMap((reload) => [
      ...savedEvents(reload, events.get(reload.id) ?? []),
      ...arrivedEvents(reload, events.get(reload.id) ?? [], arrivals.get(reload.id) ?? []),
      ...deliveries(story, reload, events.get(reload.id) ?? [], arrivals.get(reload.id) ?? []),
    ]),
    ...bodies(story),
    ...fromNowhere(story, finished),
  ]
}

function savedEvents(reload: ReloadStory, events: readonly EntryOf<'audited'>[]): Finding[] {
  const { id, run } = reload
  const outcome = outcomeOf(reload)
  const found: Finding[] = []
  if (outcome !== undefined && events.length === 0) {
    found.push(finding('no finished event', `${name(reload)} ended ${outcome} and has no event`, id, run))
  }
  if (events.length > 1) {
    const ids = events.map(({ event }) => event)
    found.push(finding('two finished events', `${name(reload)} has the events ${ids.join(' and ')}`, id, run))
  }
  for (const { event, status } of events) {
    if (status === outcome) continue
    const text = `${name(reload)} is ${outcome ?? 'not ended'}, its event ${event} tells ${status}`
    found.push(finding('event tells another outcome', text, id, run, event))
  }
  return found
}

function arrivedEvents(
  reload: ReloadStory,
  events: readonly EntryOf<'audited'>[],
  arrivals: readonly EntryOf<'arrived'>[],
): Finding[] {
  const { id, run } = reload
  const found: Finding[] = []
  const ids = new Set([...events, ...arrivals].map(({ event }) => event))
  if (arrivals.length > 0 && ids.size > 1) {
    found.push(
      finding('event ids differ', `the end of ${name(reload)} has the ids ${[...ids].join(', ')}`, id, run),
    )
  }
  const outcome = outcomeOf(reload)
  const liar = arrivals.find(({ status }) => status !== outcome)
  if (liar !== undefined) {
    const text = `${name(reload)} is ${outcome ?? 'not ended'}, ${liar.receiver} was told ${liar.status}`
    found.push(finding('event tells another outcome', text, id, run, liar.event))
  }
  return found
}

function deliveries(
  story: Story,
  reload: ReloadStory,
  events: readonly EntryOf<'audited'>[],
  arrivals: readonly EntryOf<'arrived'>[],
): Finding[] {
  if (outcomeOf(reload) === undefined && events.length === 0) return []
  const tenant = story.apps.get(reload.app)?.tenant ?? ''
  return story.receivers.flatMap(({ name: receiver, tenants, once }) => {
    if (!tenants.includes(tenant)) return []
    const here = arrivals.filter((arrival) => arrival.receiver === receiver)
    const about = [reload.id, reload.run, receiver]
    if (here.length === 0) {
      return [finding('delivery missing', `${receiver} never got the end of ${name(reload)}`, ...about)]
    }
    if (!once || here.length === 1) return []
    const text = `${receiver} holds the end of ${name(reload)} ${here.length} times`
    return [finding('delivered twice', text, ...about)]
  })
}

/** Compared among what one receiver got: ways out differ in their forms. */
function bodies(story: Story): Finding[] {
  return [...by(story.arrived, ({ receiver, event }) => `${receiver} ${event}`).values()]
    .filter((arrivals) => new Set(arrivals.map(({ body }) => body)).size > 1)
    .map(([first]) => {
      const { event, receiver, reload } = first!
      return finding('bodies differ', `event ${event} reached ${receiver} with several bodies`, event, reload)
    })
}

function fromNowhere(story: Story, finished: readonly EntryOf<'audited'>[]): Finding[] {
  const known = new Set(finished.map(({ event }) => event))
  return [...by(story.arrived, ({ event }) => event)]
    .filter(([event]) => !known.has(event))
    .map(([event, [first]]) => {
      const text = `event ${event} of reload ${first!.reload} reached ${first!.receiver} and is not known`
      return finding('event from nowhere', text, event, first!.reload)
    })
}

function by<One>(all: readonly One[], key: (one: One) => string): Map<string, One[]> {
  const groups = new Map<string, One[]>()
  for (const one of all) {
    const group = groups.get(key(one))
    if (group === undefined) groups.set(key(one), [one])
    else group.push(one)
  }
  return groups
}
