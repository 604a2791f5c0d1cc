/**
 * The text of docs/reference/starts.md, made from what a test saw at starts with each file of an
 * installation damaged.
 */

export interface SeenStart {
  readonly file: string
  readonly damage: string
  readonly started: boolean
  /** What was said: the refusal, or warnings of the log. */
  readonly said: readonly string[]
  /** What differed from the whole installation afterwards. */
  readonly lost: readonly string[]
}

export function startsPage(seen: readonly SeenStart[]): string {
  const rows = seen.map(
    ({ file, damage, started, said, lost }) =>
      `| ${file} | ${damage} | ${started ? 'starts' : '**refuses**'} | ${said.join('; ') || 'nothing'} | ${lost.join('; ') || 'nothing'} |`,
  )
  return `# Starts

What a start does when a file of the data folder (\`DATA\`) is missing, empty or older than the rest: made by
\`test/e2e/starts.test.ts\`, which damages each in turn. A start that refuses changes nothing. \`--begin-anew\` and
\`--accept-loss\` are said for one start; what they leave behind is set aside in \`.set-aside/\`, not deleted, and goes after
\`REPRISE_SET_ASIDE_TIME\`.

| file | it is | the service | it says | lost or different afterwards |
|---|---|---|---|---|
${rows.join('\n')}
`
}
