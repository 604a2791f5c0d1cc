/** Every accepted reload has exactly one outcome, it never changes, and an acknowledged cancel is one. */
import { type Finding, finding } from './finding.ts'
import { isEnd, outcomeOf, type ReloadStory, type Story } from './story.ts'

export function judgeOutcomes(story: Story): Finding[] {
  return [
    ...[...story.reloads.values()].flatMap((reload) => [
      ...ends(reload),
      ...changes(reload),
      ...undoneCancels(reload),
    ]),
    ...doubledRequests(story),
    ...fromNowhere(story),
  ]
}

function ends(reload: ReloadStory): Finding[] {
  const { id, run, listed } = reload
  if (listed === undefined) return [finding('no outcome', `${name(reload)} is not listed any more`, id, run)]
  if (isEnd(listed.status)) return []
  return [finding('no outcome', `${name(reload)} is ${listed.status} at the end`, id, run)]
}

function changes(reload: ReloadStory): Finding[] {
  const statuses = [
    ...reload.seen.map(({ status }) => status),
    ...(reload.listed ? [reload.listed.status] : []),
  ]
  const first = statuses.findIndex(isEnd)
  if (first < 0) return []
  const other = statuses.slice(first).find((status) => status !== statuses[first])
  if (other === undefined) return []
  const text = `${name(reload)} was ${statuses[first]} and then ${other}`
  return [finding('outcome changed', text, reload.id, reload.run)]
}

function undoneCancels(reload: ReloadStory): Finding[] {
  const answer = reload.cancels.map((cancel) => cancel.answer).find((one) => one !== 'already-ended')
  const outcome = outcomeOf(reload)
  if (answer === undefined || outcome === undefined || outcome === 'CANCELED') return []
  const text = `${name(reload)} was told as ${answer} and ended ${outcome}`
  return [finding('cancel undone', text, reload.id, reload.run)]
}

function doubledRequests(story: Story): Finding[] {
  const ids = new Map<string, Set<string>>()
  for (const { run, reload } of story.accepted) ids.set(run, (ids.get(run) ?? new Set()).add(reload))
  return [...ids]
    .filter(([, reloads]) => reloads.size > 1)
    .map(([run, reloads]) =>
      finding('one request, two reloads', `run ${run} is ${[...reloads].join(' and ')}`, run, ...reloads),
    )
}

function fromNowhere(story: Story): Finding[] {
  return story.listed
    .filter(({ reload }) => !story.reloads.has(reload))
    .map(({ reload, status }) =>
      finding('reload from nowhere', `reload ${reload}, ${status}, was asked for by nobody`, reload),
    )
}

export function name({ run, id }: ReloadStory): string {
  return `run ${run} (reload ${id})`
}
