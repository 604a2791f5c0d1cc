/** The text of docs/reference/configuration.md, made from the table of settings. */
import type { Limits } from '../../src/core/limits.ts'
import { ENVIRONMENT, withStage } from '../../src/core/surface.ts'
import { SETTINGS, type Setting } from '../../src/main/settings-table.ts'

/** The setting of each limit that has one. */
export const LIMIT_VARIABLES: Readonly<Partial<Record<keyof Limits, string>>> = {
  runTimeMs: SETTINGS.runTime.variable,
  queueTimeMs: SETTINGS.queueTime.variable,
  concurrentReloadsPerTenant: SETTINGS.concurrentReloads.variable,
  ageingMs: SETTINGS.ageing.variable,
  reloadsPerAppAndDay: SETTINGS.reloadsPerAppAndDay.variable,
  appDataBytes: SETTINGS.appDataSize.variable,
  scriptLogBytes: SETTINGS.scriptLogSize.variable,
  reloadHistoryMs: SETTINGS.reloadHistory.variable,
  scriptLogHistoryMs: SETTINGS.scriptLogHistory.variable,
  eventHistoryMs: SETTINGS.eventHistory.variable,
  setAsideMs: SETTINGS.setAsideTime.variable,
}

export function configurationPage(): string {
  const rows = Object.values<Setting>(SETTINGS).map(
    ({ variable, flag, default: fallback, meaning }) =>
      `| ${withStage(`\`${variable}\``, ENVIRONMENT[variable])} | ${flag === undefined ? '' : `\`${flag}\``} | ${fallback === '' ? '' : `\`${fallback}\``} | ${meaning} |`,
  )
  return `# Configuration

Settings of \`reprise serve\`, by environment variable; some by flag too, which wins. A wrong setting stops the start, and
all wrong ones are named at once (exit code 2). Durations are written like \`500ms\`, \`90s\`, \`20m\`, \`3h\`, \`2d\`.
What is marked as preview may still change ([surface](surface.md)).

| variable | flag | default | meaning |
|---|---|---|---|
${rows.join('\n')}

The data folder holds \`reprise.db\` (SQLite), \`apps/\` (app data, one DuckDB file a version), \`files/\` (data files),
\`tmp/\` (private folders of engine sessions) and \`secret.key\`, which seals webhook secrets: back it up with the rest.
What happens when one of them is gone, empty or older is told in [starts](starts.md); files that no record knows are kept in
\`.set-aside/\` within their folder for \`REPRISE_SET_ASIDE_TIME\`.
`
}
