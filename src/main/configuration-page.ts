/** The text of docs/reference/configuration.md, made from the table of settings. */
import { SETTINGS, type Setting } from './settings-table.ts'

export function configurationPage(): string {
  const rows = Object.values<Setting>(SETTINGS).map(
    ({ variable, flag, default: fallback, meaning }) =>
      `| \`${variable}\` | ${flag === undefined ? '' : `\`${flag}\``} | ${fallback === '' ? '' : `\`${fallback}\``} | ${meaning} |`,
  )
  return `# Configuration

Settings of \`reprise serve\`, by environment variable; some by flag too, which wins. A wrong setting stops the start, and
all wrong ones are named at once (exit code 2). Durations are written like \`500ms\`, \`90s\`, \`20m\`, \`3h\`, \`2d\`.

| variable | flag | default | meaning |
|---|---|---|---|
${rows.join('\n')}

The data folder holds \`reprise.db\` (SQLite), \`apps/\` (app data, one DuckDB file a version), \`files/\` (data files),
\`tmp/\` (private folders of engine sessions) and \`secret.key\`, which seals webhook secrets: back it up with the rest.
`
}
