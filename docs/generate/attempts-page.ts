/** The text of docs/reference/attempts.md, made from the table of verdicts. */
import { JITTER, REQUEUE_BACKOFF_MS } from '../../src/core/retry.ts'
import { type EndKind, VERDICTS, type VerdictRow } from '../../src/core/verdict.ts'

const MEANING: Readonly<Record<EndKind, string>> = {
  completed: 'the script ran to its end and its data is saved',
  'script-error': 'the script or its data source has a fault: the same again would fail again',
  canceled: 'somebody canceled the reload while it ran',
  'timed-out': 'it ran longer than the run time',
  'data-too-large': 'its data file is larger than the limit',
  'out-of-memory': 'the engine took more memory than its size has',
  refused: 'no engine was started: the app is marked, a larger engine does not exist',
  crashed: 'the engine ended before the script did',
  lost: 'the lease ran out: the worker died, stalled or lost the store',
  'no-session': 'no engine could be had',
  'handed-back': 'the worker shut down and gave the reload back',
}

export function attemptsPage(): string {
  const waits = REQUEUE_BACKOFF_MS.map((ms) => `${ms / 1000} s`).join(', ')
  return `# How an attempt ends, and what follows

An attempt ends in one of ${Object.keys(MEANING).length} ways. Each leads to a requeue (another attempt of the same reload) or to the outcome of the
reload, which its one finished event tells. A reload that was asked to cancel while it ran ends CANCELED, however its
attempt ended.

| attempt end | when | requeue | counts as error | uses the retry budget | engine | outcome | errorCode | the app |
|---|---|---|---|---|---|---|---|---|
${VERDICTS.map(row).join('\n')}

- Counts as error: \`requeueCounters.requeuesWithErrors\` of the finished event; \`requeuesTotal\` counts every requeue.
- The retry budget is \`errorRequeuesMax\` ([limits](limits.md)). A requeue that uses it waits ${waits} (the last repeats), each
  longer or shorter by up to ${JITTER * 100} %, so that reloads that failed together do not come back together. Others are claimable at once.
- A marked app is refused until its script, the data files that it may read, its space or its owner change, or somebody who
  may reload it clears the mark. The finished event of the refused reload has \`crashedOnMaxSizeEngine: true\`.

| attempt end | meaning |
|---|---|
${Object.entries(MEANING)
  .map(([end, meaning]) => `| ${end} | ${meaning} |`)
  .join('\n')}
`
}

function row({ end, when, follows }: VerdictRow): string {
  const cells =
    follows.kind === 'requeue'
      ? [
          'yes',
          yesNo(follows.withError),
          follows.countsAsFault ? 'yes, after a back-off' : 'no',
          follows.climb ? 'next size' : 'same size',
          '',
          '',
          '',
        ]
      : [
          'no',
          '',
          '',
          '',
          follows.outcome,
          follows.errorCode === undefined ? '' : `\`${follows.errorCode}\``,
          follows.markApp ? 'is marked' : follows.crashedOnMaxSizeEngine ? 'was marked' : '',
        ]
  return `| ${[end, when ?? 'always', ...cells].join(' | ')} |`
}

function yesNo(is: boolean): string {
  return is ? 'yes' : 'no'
}
