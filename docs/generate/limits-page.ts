/** The text of docs/reference/limits.md, made from the limits and their defaults. */

import * as fixed from '../../src/core/limits.ts'
import { checkLimits, DEFAULT_LIMITS, type Limits, TENANT_LIMIT_BOUNDS } from '../../src/core/limits.ts'

const MEANING: Readonly<Record<keyof Limits, string>> = {
  runTimeMs: 'Longest run of one attempt; then the reload ends EXCEEDED_LIMIT.',
  queueTimeMs: 'Longest time in the queue, all waits of a reload together; then it ends EXCEEDED_LIMIT.',
  concurrentReloadsPerTenant: 'Reloads of a tenant that run at the same time; others wait.',
  ageingMs:
    'Waiting that counts as much as one weight, so that weight 1 cannot starve behind a stream of weight 10; 0 is off.',
  reloadsPerAppAndDay: 'Accepted reloads of an app in a UTC day; more are refused with RELOADS-013.',
  appDataBytes: 'Largest data file of an app; a larger one ends the reload EXCEEDED_LIMIT.',
  scriptLogBytes:
    'Full script log of an attempt; of a longer one head and tail are kept, and a line tells how much is left out.',
  requestBodyBytes: 'Largest body of a request, uploads and scripts apart.',
  dataFileBytes: 'Largest data file that can be uploaded.',
  scriptBytes: 'Largest load script.',
  readTimeMs:
    'Longest time in which a script is checked or a large body is decoded; then it is refused with HTTP-422.',
  webhooksPerUser: 'Webhooks and alerts that one user may own.',
  automationsPerUser: 'Automations that one user may own.',
  automationsPerTenant: 'Automations of a tenant.',
  usersPerTenant:
    'Users of a tenant that are not deleted; with more nobody is invited, made, or let in at first sight. 0 is no limit.',
  leaseDurationMs: 'How long a lease lasts after each renewal; then the attempt is declared lost.',
  leaseRenewMs: 'How often a worker renews its leases.',
  leaseTrustMs: 'How long a worker trusts a lease, counted from the moment it asked for the renewal.',
  interruptGraceMs: 'From an interrupt to the kill of an engine that does not obey.',
  engineSilenceMs:
    'How long an engine process may give no sign of life; then it counts as crashed and is killed.',
  errorRequeuesMax: 'Requeues after a crash, a loss or a missing session; size climbs do not count.',
  taskFailuresMax: 'Failed runs in a row that switch a task off; 0 never does.',
  tasksPerApp: 'Tasks that an app may have; 0 is no limit.',
  tasksPerUser: 'Tasks that a user may own; 0 is no limit.',
  catchUpWindowMs: 'How late a run of a schedule is still made; older ones are recorded as missed.',
  scheduleJitterMs: 'The runs of a schedule are moved by up to so much, drawn once for each task.',
  scheduleGapMs: 'Shortest time between two runs of one schedule.',
  dataRefreshDelayMs:
    'After a change of data: how long further changes are waited for, before the apps that read it reload.',
  removedTenantMs:
    'How long the operator can restore a removed tenant; then its records and files are deleted.',
  setAsideMs: 'How long files that no record knows are kept aside, in `.set-aside` within their folder.',
  deliveryHistoryMs:
    'How long records of sends are kept, and how old an event may be that is sent again by hand.',
  reloadHistoryMs: 'How long the record of an ended reload is kept, with its attempts.',
  scriptLogHistoryMs: 'How long full script logs are kept, at most as long as the record.',
  sessionIdleMs: 'How long somebody stays signed in without doing anything.',
  sessionMs: 'How long somebody stays signed in at most; then it signs in again.',
  eventHistoryMs: 'How long events and audits are kept; one that still has to be delivered is kept on.',
}

const FIXED: readonly (readonly [string, number, string])[] = [
  ['weight, least', fixed.WEIGHT_MIN, 'The lightest; also that of every personal app.'],
  ['weight, most', fixed.WEIGHT_MAX, 'The heaviest: goes first within its tenant.'],
  ['weight, default', fixed.WEIGHT_DEFAULT, 'Where none is given.'],
  ['variables', fixed.VARIABLES_MAX_COUNT, 'Variables of one reload.'],
  ['variable name', fixed.VARIABLE_NAME_MAX_CHARACTERS, 'Unicode code points.'],
  ['variable value', fixed.VARIABLE_VALUE_MAX_CHARACTERS, 'Unicode code points.'],
  ['error message', fixed.ERROR_MESSAGE_MAX_BYTES, 'Bytes; longer ones are cut.'],
  [
    'alerts',
    fixed.ALERTS_PER_TENANT_AND_MINUTE,
    'Mails and chat messages of a tenant in a minute, those of its automations too; more wait.',
  ],
  ['progress log', fixed.PROGRESS_LOG_MAX_BYTES, 'Bytes; head and tail are kept.'],
]

/** Each breaks one relation between limits: the page tells what `checkLimits` says of it. */
const BREAKING: readonly Partial<Limits>[] = [
  { leaseTrustMs: DEFAULT_LIMITS.leaseDurationMs },
  { leaseRenewMs: DEFAULT_LIMITS.leaseTrustMs - 1 },
  { reloadHistoryMs: 1, scriptLogHistoryMs: 0 },
  { scriptLogHistoryMs: DEFAULT_LIMITS.reloadHistoryMs + 1 },
  { eventHistoryMs: DEFAULT_LIMITS.deliveryHistoryMs - 1 },
  { concurrentReloadsPerTenant: 0 },
  { engineSilenceMs: 0 },
  { runTimeMs: 0 },
  { readTimeMs: 0 },
  { requestBodyBytes: fixed.INLINE_BODY_MAX_BYTES + 1 },
  { setAsideMs: 0 },
  { scriptLogBytes: 0 },
]

/** @param variables setting of each limit that has one */
export function limitsPage(variables: Readonly<Partial<Record<keyof Limits, string>>>): string {
  const variableOf = (name: string) => {
    const variable = variables[name as keyof Limits]
    return variable === undefined ? '' : `\`${variable}\``
  }
  const relations = BREAKING.flatMap((change) => checkLimits({ ...DEFAULT_LIMITS, ...change }))
  const rows = Object.entries(MEANING).map(
    ([name, meaning]) =>
      `| \`${name}\` | ${amount(name, DEFAULT_LIMITS[name as keyof Limits])} | ${variableOf(name)} | ${ofTenant(name)} | ${meaning} |`,
  )
  const fixedRows = FIXED.map(([name, value, meaning]) => `| ${name} | ${value} | ${meaning} |`)
  return `# Limits

The name ends with the unit. Settings are explained under [configuration](configuration.md); what can differ per tenant is
changed by the operator while the service runs (\`reprise limits set\`), beside the tenant's \`share\` of the slots.

| limit | default | setting | per tenant | meaning |
|---|---|---|---|---|
${rows.join('\n')}

A start is refused when one of these does not hold:

${relations.map((relation) => `- ${relation}`).join('\n')}

Fixed by the contract:

| limit | value | meaning |
|---|---|---|
${fixedRows.join('\n')}
`
}

function ofTenant(name: string): string {
  return name.replace('PerTenant', '') in TENANT_LIMIT_BOUNDS ? 'yes' : ''
}

const TIMES: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]
const SIZES: readonly (readonly [number, string])[] = [
  [1024 ** 2, 'MiB'],
  [1024, 'KiB'],
]

/** The value in its largest whole unit; the name's end tells the kind. */
function amount(name: string, value: number): string {
  if (value === 0) return 'off'
  if (name.endsWith('Ms')) return inUnit(value, TIMES, 'ms')
  return name.endsWith('Bytes') ? inUnit(value, SIZES, 'bytes') : String(value)
}

function inUnit(value: number, units: readonly (readonly [number, string])[], smallest: string): string {
  const [size, unit] = units.find(([unitSize]) => value % unitSize === 0) ?? [1, smallest]
  return `${value / size} ${unit}`
}
