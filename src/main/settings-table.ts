/**
 * All settings of the service in one table: environment variable, flag of `reprise serve` if any, default and
 * meaning. docs/reference/configuration.md is generated from it.
 */
export interface Setting {
  readonly variable: string
  readonly flag?: string
  /** As a user would write it; empty if there is none. */
  readonly default: string
  readonly meaning: string
}

export const SETTINGS = {
  host: {
    variable: 'REPRISE_HOST',
    flag: '--host',
    default: '127.0.0.1',
    meaning: 'Address to listen on. 0.0.0.0 listens on every network.',
  },
  port: {
    variable: 'REPRISE_PORT',
    flag: '--port',
    default: '4600',
    meaning: 'Port to listen on. 0 takes a free one.',
  },
  dataDir: {
    variable: 'REPRISE_DATA_DIR',
    flag: '--data',
    default: './reprise-data',
    meaning: 'Folder of everything the service keeps: database, app data, data files, its own key.',
  },
  adminKey: {
    variable: 'REPRISE_ADMIN_KEY',
    default: '',
    meaning:
      'API key of the first administrator, at least 16 characters. Without it the first start makes one and prints it once.',
  },
  secretKey: {
    variable: 'REPRISE_SECRET_KEY',
    default: '',
    meaning:
      'Seals webhook secrets and encrypted headers and signs cursors, at least 32 characters. Without it the first start makes a key of its own, secret.key in the data folder. Changing it makes what was sealed unreadable.',
  },
  operatorKey: {
    variable: 'REPRISE_OPERATOR_KEY',
    default: '',
    meaning:
      'Key of the operator of the installation, at least 32 characters: shows and changes the limits of tenants (reprise limits), and opens nothing else. Without it nobody can.',
  },
  tenantName: {
    variable: 'REPRISE_TENANT_NAME',
    default: 'default',
    meaning: 'Name of the tenant that the first start makes.',
  },
  publicUrl: {
    variable: 'REPRISE_PUBLIC_URL',
    default: '',
    meaning:
      'Address under which clients reach the service, such as https://reload.example.com, also with a path: used in links and as the host of events. Without it links name what a trusted proxy tells, else the address at which the request arrived. A Host header counts only where it is a host name of the tenant. Events carry no host without it.',
  },
  trustedProxies: {
    variable: 'REPRISE_TRUSTED_PROXIES',
    default: '',
    meaning:
      'Comma list of proxy addresses or networks whose X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto and Host are believed, and Forwarded where there is none of the first three.',
  },
  corsOrigins: {
    variable: 'REPRISE_CORS_ORIGINS',
    default: '',
    meaning:
      'Comma list of origins, such as https://mashup.example.com, whose pages may call the API from a browser. None by default.',
  },
  tlsCert: {
    variable: 'REPRISE_TLS_CERT',
    flag: '--tls-cert',
    default: '',
    meaning:
      'File with the certificate of the service and its chain (PEM). With REPRISE_TLS_KEY the service speaks HTTPS only (TLS 1.2 and 1.3). A changed pair is taken within seconds, without a restart.',
  },
  tlsKey: {
    variable: 'REPRISE_TLS_KEY',
    flag: '--tls-key',
    default: '',
    meaning: 'File with the private key of the certificate (PEM, without a passphrase).',
  },
  webhookAllow: {
    variable: 'REPRISE_WEBHOOK_ALLOW',
    default: '',
    meaning:
      'Comma list of hosts and CIDR networks that webhooks may reach although they are private; http is allowed for them.',
  },
  smtpUrl: {
    variable: 'REPRISE_SMTP_URL',
    default: '',
    meaning:
      'Mail server for alerts, such as smtp://user:password@mail.example.com:587 (encrypted by STARTTLS, else nothing is sent) or smtps://...:465 (encrypted from the start); smtp+plain:// sends in clear. Without it no mail is sent.',
  },
  mailFrom: {
    variable: 'REPRISE_MAIL_FROM',
    default: '',
    meaning: 'Sender of mails: an address, or Name <address>. Needed with REPRISE_SMTP_URL.',
  },
  signInAllow: {
    variable: 'REPRISE_SIGN_IN_ALLOW',
    default: '',
    meaning:
      'Comma list of hosts and CIDR networks of identity providers that may be asked although they are private; http is allowed for them.',
  },
  sessionIdleTime: {
    variable: 'REPRISE_SESSION_IDLE_TIME',
    default: '1h',
    meaning: 'How long people stay signed in without doing anything, at least 1m.',
  },
  sessionTime: {
    variable: 'REPRISE_SESSION_TIME',
    default: '12h',
    meaning: 'How long people stay signed in at most; then they sign in again.',
  },
  rateLimit: {
    variable: 'REPRISE_RATE_LIMIT',
    default: 'on',
    meaning: 'on or off: the request limits per user and tenant.',
  },
  slots: {
    variable: 'REPRISE_SLOTS',
    default: '',
    meaning: 'Reloads that run at the same time on this machine. Without it one per processor.',
  },
  watch: {
    variable: 'REPRISE_WATCH',
    flag: '--watch',
    default: 'off',
    meaning:
      'on or off: notice data files that other programs put into the folders of data files below the data folder, as if they had been uploaded.',
  },
  engineSizes: {
    variable: 'REPRISE_ENGINE_SIZES',
    default: '',
    meaning:
      'Ladder of engine sizes, ascending, such as 1g,2g,4g. Without it derived from the memory of the machine.',
  },
  engineMemory: {
    variable: 'REPRISE_ENGINE_MEMORY',
    default: '',
    meaning:
      'What the engines that run at the same time may take together, such as 12g; at least the largest size. A reload whose engine does not fit waits. Without it three quarters of the memory of the machine.',
  },
  engineWall: {
    variable: 'REPRISE_ENGINE_WALL',
    default: 'auto',
    meaning:
      'The second wall around engine processes, by the operating system (bubblewrap with a seccomp filter, on Linux). auto: the service starts with it where the machine has it, and without it for one tenant; required: it does not start without; none: it is not tried.',
  },
  trustTenants: {
    variable: 'REPRISE_TRUST_TENANTS',
    flag: '--trust-tenants',
    default: 'off',
    meaning:
      'on or off: serve several tenants although no second wall stands around engine processes. Only where no tenant is an enemy of another.',
  },
  runTime: {
    variable: 'REPRISE_RUN_TIME',
    default: '3h',
    meaning: 'Longest run of one attempt, such as 90s, 20m or 3h; then the reload ends EXCEEDED_LIMIT.',
  },
  queueTime: {
    variable: 'REPRISE_QUEUE_TIME',
    default: '6h',
    meaning: 'Longest time in the queue, all waits together; then the reload ends EXCEEDED_LIMIT.',
  },
  reloadsPerAppAndDay: {
    variable: 'REPRISE_RELOADS_PER_APP_AND_DAY',
    default: '0',
    meaning: 'Accepted reloads of an app per UTC day; 0 is no limit.',
  },
  appDataSize: {
    variable: 'REPRISE_APP_DATA_SIZE',
    default: '0',
    meaning:
      'Largest data file of an app, such as 500m or 2g; a larger one ends the reload EXCEEDED_LIMIT. 0 is no limit.',
  },
  scriptLogSize: {
    variable: 'REPRISE_SCRIPT_LOG_SIZE',
    default: '16m',
    meaning: 'Largest full script log, up to 16m; of a longer one head and tail are kept.',
  },
  concurrentReloads: {
    variable: 'REPRISE_CONCURRENT_RELOADS',
    default: '30',
    meaning: 'Reloads of one tenant that run at the same time.',
  },
  taskFailures: {
    variable: 'REPRISE_TASK_FAILURES',
    default: '5',
    meaning: 'So many failed runs in a row switch a task off (CONSECUTIVE-FAILURES); 0 never does.',
  },
  tasksPerApp: {
    variable: 'REPRISE_TASKS_PER_APP',
    default: '10',
    meaning: 'Tasks that one app may have; 0 is no limit.',
  },
  tasksPerUser: {
    variable: 'REPRISE_TASKS_PER_USER',
    default: '0',
    meaning: 'Tasks that one user may own; 0 is no limit.',
  },
  catchUpWindow: {
    variable: 'REPRISE_CATCH_UP_WINDOW',
    default: '1h',
    meaning:
      'How late a run of a schedule is still made when the service did not run at its time; older ones are recorded as missed. A task may have its own.',
  },
  scheduleJitter: {
    variable: 'REPRISE_SCHEDULE_JITTER',
    default: '0s',
    meaning:
      'Runs of a schedule are moved by up to so much, so that not all tasks begin in the same second: drawn once for each task that is made.',
  },
  scheduleGap: {
    variable: 'REPRISE_SCHEDULE_GAP',
    default: '60s',
    meaning: 'Shortest time between two runs of one schedule; a schedule with shorter ones is refused.',
  },
  dataRefreshDelay: {
    variable: 'REPRISE_DATA_REFRESH_DELAY',
    default: '60s',
    meaning:
      'After a change of data: how long further changes are waited for, before the apps that read it reload, up to 10m.',
  },
  ageing: {
    variable: 'REPRISE_AGEING',
    default: '0s',
    meaning:
      'Waiting that counts as much as one weight within a tenant, such as 30m: then a light reload cannot starve behind a stream of heavy ones. 0s: weight always goes before age.',
  },
  reloadHistory: {
    variable: 'REPRISE_RELOAD_HISTORY',
    default: '180d',
    meaning: 'How long the record of an ended reload is kept; at least 1d.',
  },
  scriptLogHistory: {
    variable: 'REPRISE_SCRIPT_LOG_HISTORY',
    default: '180d',
    meaning: 'How long full script logs are kept; at most as long as the records of reloads.',
  },
  eventHistory: {
    variable: 'REPRISE_EVENT_HISTORY',
    default: '90d',
    meaning: 'How long events and audits are kept; one that still has to be delivered is kept on.',
  },
  deliveryHistory: {
    variable: 'REPRISE_DELIVERY_HISTORY',
    default: '7d',
    meaning:
      'How long records of what was sent to webhooks are kept, and how old an event may be that is sent again by hand.',
  },
  removedTenantTime: {
    variable: 'REPRISE_REMOVED_TENANT_TIME',
    default: '30d',
    meaning:
      'How long the operator can restore a tenant that was removed; then its records and files are deleted. At least 1d.',
  },
  setAsideTime: {
    variable: 'REPRISE_SET_ASIDE_TIME',
    default: '30d',
    meaning:
      'How long files that no record knows are kept, in .set-aside within their folder, before they are deleted; at least 1d.',
  },
  drainTime: {
    variable: 'REPRISE_DRAIN_TIME',
    default: '30s',
    meaning:
      'After SIGTERM or SIGINT: how long running reloads may go on before they are handed back to the queue.',
  },
  natsUrl: {
    variable: 'REPRISE_NATS_URL',
    default: '',
    meaning:
      'NATS server with JetStream, such as nats://user:password@nats.example.com:4222: every event is stored exactly once in a stream. Without it no event goes to NATS.',
  },
  natsStream: {
    variable: 'REPRISE_NATS_STREAM',
    default: 'REPRISE',
    meaning:
      'Name of the JetStream stream. It is made when it is not there; one that is there must take reprise.> subjects.',
  },
  eventClaims: {
    variable: 'REPRISE_EVENT_CLAIMS',
    default: 'iss,sub,subType',
    meaning:
      'Comma list of the claims of callers that events tell as authclaims: iss, sub, subType, name, email, groups. Receivers see them.',
  },
  machineFolders: {
    variable: 'REPRISE_MACHINE_FOLDERS',
    default: '',
    meaning:
      'Folders in old scripts and the places that stand for them, for all tenants: C:\\Data=lib://DataFiles/data;\\\\server\\share=lib://Sales:DataFiles. A script reaches what its connections allow, and other paths of machines are refused.',
  },
  natsEvents: {
    variable: 'REPRISE_NATS_EVENTS',
    default: 'com.qlik.v1.reload.finished',
    meaning: 'Comma list of the event types that go to NATS.',
  },
  natsContentMode: {
    variable: 'REPRISE_NATS_CONTENT_MODE',
    default: 'structured',
    meaning: 'structured or binary: how CloudEvents are written as NATS messages.',
  },
  natsRetention: {
    variable: 'REPRISE_NATS_RETENTION',
    default: '90d',
    meaning: 'How long a stream that is made here keeps its messages.',
  },
  kafkaUrl: {
    variable: 'REPRISE_KAFKA_URL',
    default: '',
    meaning:
      'Kafka brokers, such as kafka://user:password@kafka.example.com:9092, or kafka+tls:// for an encrypted connection; several separated by commas: every event becomes a record, at least once. Needs npm install @platformatic/kafka@2. Without it no event goes to Kafka.',
  },
  kafkaTopic: {
    variable: 'REPRISE_KAFKA_TOPIC',
    default: 'reprise.events',
    meaning: 'Name of the Kafka topic. It must exist, best with three replicas and min.insync.replicas of 2.',
  },
  kafkaEvents: {
    variable: 'REPRISE_KAFKA_EVENTS',
    default: 'com.qlik.v1.reload.finished',
    meaning: 'Comma list of the event types that go to Kafka.',
  },
  kafkaContentMode: {
    variable: 'REPRISE_KAFKA_CONTENT_MODE',
    default: 'binary',
    meaning: 'binary or structured: how CloudEvents are written as Kafka records.',
  },
  kafkaSasl: {
    variable: 'REPRISE_KAFKA_SASL',
    default: 'PLAIN',
    meaning: 'PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512: how user and password of the Kafka address are used.',
  },
  logLevel: {
    variable: 'REPRISE_LOG_LEVEL',
    default: 'info',
    meaning: 'debug, info, warn, error or silent. The log is JSON lines on standard error.',
  },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS
