/**
 * The public surface: everything that somebody outside of this repository may build on, with the room of the
 * code that owns it and its stage. OpenAPI, the help of the commands and docs/reference/surface.md show it; a
 * test holds that nothing public is missing here and that everything here is public.
 */

/**
 * `stable`: what works today works in every later version of the same major number. `preview`: useful and
 * tested, but names and shapes may change in a minor version; CHANGELOG.md tells when they do.
 */
export type Stage = 'stable' | 'preview'

export interface Surface {
  /** Folder below `src` of the code that owns it. */
  readonly room: string
  readonly stage: Stage
}

/** Groups of routes by their tag in OpenAPI. */
export const ROUTE_GROUPS: Readonly<Record<string, Surface & { readonly about: string }>> = {
  alerts: {
    room: 'api/alert',
    stage: 'preview',
    about: 'Mails and chat messages when an app fails and when it runs again',
  },
  'api-keys': { room: 'api/people', stage: 'stable', about: 'Keys with which callers authenticate' },
  apps: { room: 'api/app', stage: 'stable', about: 'What is reloaded: scripts, data models, logs' },
  automations: {
    room: 'api/automation',
    stage: 'preview',
    about: 'Steps one after the other, by hand, schedule, event or call',
  },
  audits: { room: 'api/event', stage: 'stable', about: 'What happened, as a list' },
  'data-files': { room: 'api/data-file', stage: 'stable', about: 'Files that load scripts read and write' },
  events: { room: 'api/event', stage: 'preview', about: 'Events as a stream' },
  groups: { room: 'api/people', stage: 'preview', about: 'Groups of people and the roles that they give' },
  items: { room: 'api/app', stage: 'stable', about: 'Everything in the catalog, as one list' },
  'identity-providers': {
    room: 'api/people',
    stage: 'preview',
    about: 'Where people sign in, and whose tokens are taken',
  },
  oauth: { room: 'api/people', stage: 'preview', about: 'Access tokens for OAuth clients' },
  'oauth-clients': {
    room: 'api/people',
    stage: 'preview',
    about: 'Programs that come in with client credentials',
  },
  operation: { room: 'api/http', stage: 'stable', about: 'Health, metrics and the documents of the API' },
  operator: { room: 'api/people', stage: 'preview', about: 'Limits and pauses of tenants, for the operator' },
  quotas: { room: 'api/people', stage: 'stable', about: 'What a tenant may use and what it uses' },
  reloads: { room: 'api/reload', stage: 'stable', about: 'Ask for reloads, follow and cancel them' },
  'reload-tasks': { room: 'api/task', stage: 'stable', about: 'Schedules of the oldest kind (deprecated)' },
  roles: { room: 'api/people', stage: 'stable', about: 'The roles that people have in a tenant' },
  'sign-in': {
    room: 'api/sign-in',
    stage: 'preview',
    about: 'How people come in with a browser, and go out',
  },
  spaces: { room: 'api/people', stage: 'stable', about: 'Spaces and who may do what in them' },
  tasks: { room: 'api/task', stage: 'stable', about: 'What makes reloads: schedules, ends of others, data' },
  'temp-contents': {
    room: 'api/app',
    stage: 'preview',
    about: 'Contents that are kept for a while: exports, uploads',
  },
  tenants: { room: 'api/people', stage: 'stable', about: 'The tenant of the caller' },
  users: { room: 'api/people', stage: 'stable', about: 'People of a tenant' },
  webhooks: { room: 'api/webhook', stage: 'stable', about: 'Who is told of events, and what was sent' },
}

/** Commands of `reprise`. */
export const COMMANDS: Readonly<Record<string, Surface>> = {
  users: { room: 'cli', stage: 'preview' },
  tenants: { room: 'cli', stage: 'preview' },
  spaces: { room: 'cli', stage: 'preview' },
  keys: { room: 'cli', stage: 'preview' },
  groups: { room: 'cli', stage: 'preview' },
  clients: { room: 'cli', stage: 'preview' },
  alerts: { room: 'cli', stage: 'preview' },
  automations: { room: 'cli', stage: 'preview' },
  check: { room: 'cli', stage: 'preview' },
  demo: { room: 'cli', stage: 'preview' },
  events: { room: 'cli', stage: 'preview' },
  limits: { room: 'cli', stage: 'preview' },
  listen: { room: 'cli', stage: 'preview' },
  qvd: { room: 'cli', stage: 'preview' },
  reload: { room: 'cli', stage: 'stable' },
  run: { room: 'cli', stage: 'preview' },
  serve: { room: 'cli', stage: 'stable' },
  status: { room: 'cli', stage: 'preview' },
  tasks: { room: 'cli', stage: 'preview' },
}

/** What other packages may import, as in package.json. */
export const PACKAGE_EXPORTS: Readonly<Record<string, Surface>> = {
  './package.json': { room: 'main', stage: 'stable' },
  './qvd': { room: 'qvd', stage: 'preview' },
  './receiver': { room: 'receiver', stage: 'stable' },
}

/** Environment variables; the flags of a setting have its stage. */
export const ENVIRONMENT: Readonly<Record<string, Surface>> = {
  REPRISE_ADMIN_KEY: { room: 'main', stage: 'stable' },
  REPRISE_AGEING: { room: 'core', stage: 'preview' },
  REPRISE_APP_DATA_SIZE: { room: 'engine/pool', stage: 'stable' },
  REPRISE_CATCH_UP_WINDOW: { room: 'trigger', stage: 'preview' },
  REPRISE_CONCURRENT_RELOADS: { room: 'core', stage: 'stable' },
  REPRISE_CORS_ORIGINS: { room: 'api/http', stage: 'preview' },
  REPRISE_DATA_REFRESH_DELAY: { room: 'core/task', stage: 'preview' },
  REPRISE_DATA_DIR: { room: 'main', stage: 'stable' },
  REPRISE_DELIVERY_HISTORY: { room: 'history', stage: 'stable' },
  REPRISE_DRAIN_TIME: { room: 'worker', stage: 'stable' },
  REPRISE_ENGINE_MEMORY: { room: 'worker', stage: 'preview' },
  REPRISE_ENGINE_SIZES: { room: 'engine', stage: 'stable' },
  REPRISE_ENGINE_WALL: { room: 'engine/wall', stage: 'preview' },
  REPRISE_EVENT_CLAIMS: { room: 'intake', stage: 'preview' },
  REPRISE_EVENT_HISTORY: { room: 'history', stage: 'stable' },
  REPRISE_HOST: { room: 'main', stage: 'stable' },
  REPRISE_KAFKA_CONTENT_MODE: { room: 'delivery/channels', stage: 'preview' },
  REPRISE_KAFKA_EVENTS: { room: 'delivery/channels', stage: 'preview' },
  REPRISE_KAFKA_SASL: { room: 'delivery/channels', stage: 'preview' },
  REPRISE_KAFKA_TOPIC: { room: 'delivery/channels', stage: 'preview' },
  REPRISE_KAFKA_URL: { room: 'delivery/channels', stage: 'preview' },
  REPRISE_KEY: { room: 'cli', stage: 'stable' },
  REPRISE_LOG_LEVEL: { room: 'main', stage: 'stable' },
  REPRISE_MAIL_FROM: { room: 'delivery/channels', stage: 'preview' },
  REPRISE_MACHINE_FOLDERS: { room: 'files', stage: 'preview' },
  REPRISE_NATS_CONTENT_MODE: { room: 'delivery/channels', stage: 'stable' },
  REPRISE_NATS_EVENTS: { room: 'delivery/channels', stage: 'stable' },
  REPRISE_NATS_RETENTION: { room: 'delivery/channels', stage: 'stable' },
  REPRISE_NATS_STREAM: { room: 'delivery/channels', stage: 'stable' },
  REPRISE_NATS_URL: { room: 'delivery/channels', stage: 'stable' },
  REPRISE_OPERATOR_KEY: { room: 'api/people', stage: 'preview' },
  REPRISE_PORT: { room: 'main', stage: 'stable' },
  REPRISE_PUBLIC_URL: { room: 'main', stage: 'stable' },
  REPRISE_QUEUE_TIME: { room: 'core', stage: 'stable' },
  REPRISE_RATE_LIMIT: { room: 'api/http', stage: 'stable' },
  REPRISE_RELOADS_PER_APP_AND_DAY: { room: 'core', stage: 'stable' },
  REPRISE_RELOAD_HISTORY: { room: 'history', stage: 'stable' },
  REPRISE_REMOVED_TENANT_TIME: { room: 'history', stage: 'preview' },
  REPRISE_RUN_TIME: { room: 'core', stage: 'stable' },
  REPRISE_SCHEDULE_GAP: { room: 'core/recurrence', stage: 'preview' },
  REPRISE_SCHEDULE_JITTER: { room: 'trigger', stage: 'preview' },
  REPRISE_SCRIPT_LOG_HISTORY: { room: 'history', stage: 'stable' },
  REPRISE_SCRIPT_LOG_SIZE: { room: 'outcome', stage: 'stable' },
  REPRISE_SECRET_KEY: { room: 'main', stage: 'stable' },
  REPRISE_SESSION_IDLE_TIME: { room: 'sign-in', stage: 'preview' },
  REPRISE_SESSION_TIME: { room: 'sign-in', stage: 'preview' },
  REPRISE_SET_ASIDE_TIME: { room: 'history', stage: 'preview' },
  REPRISE_SIGN_IN_ALLOW: { room: 'sign-in', stage: 'preview' },
  REPRISE_SLOTS: { room: 'worker', stage: 'stable' },
  REPRISE_SMTP_URL: { room: 'delivery/channels', stage: 'preview' },
  REPRISE_TASKS_PER_APP: { room: 'catalog', stage: 'preview' },
  REPRISE_TASKS_PER_USER: { room: 'catalog', stage: 'preview' },
  REPRISE_TASK_FAILURES: { room: 'core/task', stage: 'preview' },
  REPRISE_TENANT_NAME: { room: 'main', stage: 'stable' },
  REPRISE_TLS_CERT: { room: 'main', stage: 'preview' },
  REPRISE_TLS_KEY: { room: 'main', stage: 'preview' },
  REPRISE_TRUSTED_PROXIES: { room: 'api/http', stage: 'stable' },
  REPRISE_TRUST_TENANTS: { room: 'main', stage: 'preview' },
  REPRISE_WATCH: { room: 'files', stage: 'preview' },
  REPRISE_URL: { room: 'cli', stage: 'stable' },
  REPRISE_WEBHOOK_ALLOW: { room: 'delivery/channels', stage: 'stable' },
  REPRISE_WEBHOOK_SECRET: { room: 'cli', stage: 'preview' },
}

/** `text` with a note behind it when its surface is not stable yet. */
export function withStage(text: string, surface: Surface | undefined): string {
  return surface?.stage === 'preview' ? `${text} (preview)` : text
}
