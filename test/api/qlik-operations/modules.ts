/** The core modules of the vendor's client, and why an operation of theirs does not work here. */
import * as apiKeys from '@qlik/api/api-keys'
import * as apps from '@qlik/api/apps'
import * as audits from '@qlik/api/audits'
import * as automations from '@qlik/api/automations'
import * as coreDataFiles from '@qlik/api/core/data-files'
import * as csrfToken from '@qlik/api/csrf-token'
import * as dataConnections from '@qlik/api/data-connections'
import * as dataFiles from '@qlik/api/data-files'
import * as groups from '@qlik/api/groups'
import * as identityProviders from '@qlik/api/identity-providers'
import * as items from '@qlik/api/items'
import * as oauthClients from '@qlik/api/oauth-clients'
import * as oauthTokens from '@qlik/api/oauth-tokens'
import * as quotas from '@qlik/api/quotas'
import * as reloadTasks from '@qlik/api/reload-tasks'
import * as reloads from '@qlik/api/reloads'
import * as roles from '@qlik/api/roles'
import * as schedulingTasks from '@qlik/api/scheduling/tasks'
import * as spaces from '@qlik/api/spaces'
import * as tasks from '@qlik/api/tasks'
import * as tempContents from '@qlik/api/temp-contents'
import * as tenants from '@qlik/api/tenants'
import * as users from '@qlik/api/users'
import * as webhooks from '@qlik/api/webhooks'

const MODULES: Readonly<Record<string, object>> = {
  'api-keys': apiKeys,
  apps,
  audits,
  automations,
  'core/data-files': coreDataFiles,
  'csrf-token': csrfToken,
  'data-connections': dataConnections,
  'data-files': dataFiles,
  groups,
  'identity-providers': identityProviders,
  items,
  'oauth-clients': oauthClients,
  'oauth-tokens': oauthTokens,
  quotas,
  'reload-tasks': reloadTasks,
  reloads,
  roles,
  'scheduling/tasks': schedulingTasks,
  spaces,
  tasks,
  'temp-contents': tempContents,
  tenants,
  users,
  webhooks,
}

export interface Operation {
  readonly module: string
  readonly name: string
  readonly call: (...args: readonly unknown[]) => Promise<unknown>
}

/** Every operation of the modules, as they stand in the client. */
export const OPERATIONS: readonly Operation[] = Object.entries(MODULES).flatMap(([module, functions]) =>
  Object.entries(functions as Readonly<Record<string, Operation['call']>>)
    .filter(([name, call]) => typeof call === 'function' && name !== 'clearCache' && name !== 'default')
    .map(([name, call]) => ({ module, name, call }))
    .sort((one, other) => (one.name < other.name ? -1 : 1)),
)

const NO_CHARTS = 'about charts, sheets and their analysis: an app here is a script and its data'
const CONNECTIONS = 'data connections are not built yet'
const SHARES = 'spaces have members here, no shares'

/** First that fits, by `module.operation`. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^apps\..*(Evaluation|Insight|ReportFilter|ObjectOwner|Media|Thumbnail)/, NO_CHARTS],
  [/^audits\.fetchConsumption/, 'about the consumption of charts'],
  [/^automations\.getAutomationRunDetails/, 'the run itself tells every step'],
  [/^automations\.changeSpace/, 'automations have owners here, and no spaces'],
  [/^automations\.getAutomationsUsageMetrics/, 'nothing is metered'],
  [/^data-connections\./, CONNECTIONS],
  [/^oauth-clients\..*ConnectionConfig/, CONNECTIONS],
  [
    /^oauth-tokens\./,
    'access tokens are signed and not kept: they end with their client, or when they expire',
  ],
  [/^items\.patchItemsSettings/, 'the use of items is not measured: there is nothing to set'],
  [/^oauth-clients\.publish/, 'clients are of one tenant'],
  [/^spaces\..*Share/, SHARES],
  [/^core\/data-files\.getDataFilesDeletes/, 'what was deleted is told by events, not kept as a list'],
  [/^groups\.patchGroupsSettings/, 'each identity provider says by itself whether it makes groups'],
  [/^roles\.(create|delete|patch)/, 'roles are built in: what they allow is fixed'],
  [/^tenants\.(create|deactivate|reactivate)/, 'the operator makes, removes and restores tenants'],
]

export function reasonOf(operation: string): string {
  return REASONS.find(([pattern]) => pattern.test(operation))?.[1] ?? 'not built yet'
}
