/**
 * For each sentence, field and value of the seed: its true source in the service, when a field is there, and
 * the tests that show it.
 */

/** Name of a test: its file, and its title as it stands there. */
export type NamedTest = readonly [file: string, title: string]

/** Judges every field of every event of the committed run. */
export const RUN: NamedTest = ['test/e2e/seed-run.test.ts', 'every event tells its story, field by field']

export interface SentenceRow {
  readonly source: string
  readonly shown: readonly NamedTest[]
}

interface FieldRow extends SentenceRow {
  /** When the field is there: in every event, or on this condition. */
  readonly present: 'always' | string
}

const EVENT_TEST = 'src/outcome/finished-event.test.ts'
const EVERY_FIELD: NamedTest = [EVENT_TEST, 'of a reload that succeeded after a lost attempt']
const RULES: NamedTest = [
  EVENT_TEST,
  'every random life ends in at most one finished event that keeps the rules of section 3.3',
]
const OF_THE_APP: NamedTest = [EVENT_TEST, 'owner and space are those of the app when the outcome is decided']
const NOT_KNOWN: NamedTest = [EVENT_TEST, 'a personal app has no space, a tenant without host names no host']
const ONE_EVENT: NamedTest = ['test/e2e/seed-run.test.ts', 'one event for each reload, and no other']
const KEPT: NamedTest = [
  'src/intake/intake.test.ts',
  'stores a waiting reload with what the event has to tell later',
]
const FROM_REQUEST: NamedTest = [
  'test/api/reloads.test.ts',
  'remembers where the request came from, for the event',
]
const BY_WEIGHT: NamedTest = ['src/core/order.test.ts', 'without ageing is by weight, whatever the ages']
const WEIGHTS: NamedTest = [
  'test/api/reloads.test.ts',
  'takes weight in a space and forces 1 on a personal app',
]
const ENDS: NamedTest = [
  'src/core/verdict.test.ts',
  'has exactly one row for every end at every moment, and judges by it',
]
const BY_SCHEDULE: NamedTest = [
  'src/trigger/trigger.test.ts',
  'makes a reload at each instant, by its owner, with the task and the reason',
]
const BY_ENDS: NamedTest = [
  'src/trigger/trigger.test.ts',
  'starts the next ones, whatever their number, each once',
]
const BY_DATA: NamedTest = [
  'src/trigger/data-refresh.test.ts',
  'however often it comes within the delay makes one reload, of its own kind',
]
const ERROR_TEXTS: NamedTest = [
  'src/core/verdict.test.ts',
  'gives an error message to what ends with an error code, and to nothing else',
]
const ENGINE_FACTS: NamedTest = [
  'src/core/reload.test.ts',
  'its engine, its start and its duration; the log it told',
]
const OTHER_READERS: NamedTest = [
  'test/e2e/independent-receivers.test.ts',
  'both signatures of a %s delivery verify',
]

export const SENTENCE_ROWS: Readonly<Record<string, SentenceRow>> = {
  'The reload finished event will be published when a reload has finished.': {
    source:
      'made in the transaction that gives the reload its outcome, together with a delivery for each subscription that matches',
    shown: [
      ['src/outcome/settle.test.ts', 'a delivery is saved with the event for each subscription that matches'],
      ONE_EVENT,
    ],
  },
  'While a reload might be executed multiple times, there will be only one reload finished event.': {
    source:
      'a requeue makes none; a unique index (reload, event type) in the store; an outcome never changes',
    shown: [
      ['src/outcome/settle.test.ts', 'settling a second time is refused: an outcome never changes'],
      [
        'test/e2e/kill.test.ts',
        'of the server keeps the old data, and after a restart the reload succeeds with one finished event',
      ],
      ['test/e2e/chaos.test.ts', 'loses, doubles and tears nothing under kill -9 of server and engines'],
      ONE_EVENT,
    ],
  },
  'The higher the weight, the sooner the reload will be scheduled relative to other reloads for the same tenant.':
    {
      source: 'the order in which reloads of a tenant are claimed',
      shown: [BY_WEIGHT],
    },
  'The personal app will be always set as 1.': {
    source: 'the weight at acceptance, whatever was asked for; every way in passes there',
    shown: [
      [
        'src/core/admission.test.ts',
        'the weight of a personal app is 1 whatever was asked, of others as asked or 1',
      ],
      WEIGHTS,
    ],
  },
}

export const FIELD_ROWS: Readonly<Record<string, FieldRow>> = {
  id: {
    source: 'UUID v7, made once in the transaction that decides the outcome, the same in every send',
    present: 'always',
    shown: [EVERY_FIELD, ['src/core/ids.test.ts', 'UUIDs carry their version and variant']],
  },
  host: {
    source: 'first host name of the tenant: that of the public address of the service',
    present: 'a public address is configured',
    shown: [
      NOT_KNOWN,
      [
        'src/main/installation.test.ts',
        'lets the host name of events follow a public address that was changed',
      ],
      ['test/e2e/demo.test.ts', 'prints one finished event and nothing else with --json'],
    ],
  },
  time: {
    source: "when the outcome was decided, by the store's clock: the `endTime` of the record",
    present: 'always',
    shown: [EVERY_FIELD, RULES],
  },
  type: { source: 'constant', present: 'always', shown: [EVERY_FIELD] },
  source: { source: 'constant', present: 'always', shown: [EVERY_FIELD] },
  ownerid: {
    source: 'owner of the app when the outcome is decided; of a deleted one, when the reload was accepted',
    present: 'always',
    shown: [OF_THE_APP, [EVENT_TEST, 'owner and space of a deleted app are those at acceptance']],
  },
  originip: {
    source:
      'client address of the request: that of the connection, or of the right-most hop that is no trusted proxy',
    present: 'a request asked for the reload; of a task started by hand, that of its owner',
    shown: [
      FROM_REQUEST,
      ['test/api/reloads.test.ts', 'takes the right-most hop that is no trusted proxy as the client'],
    ],
  },
  specversion: { source: 'constant', present: 'always', shown: [OTHER_READERS, RULES] },
  datacontenttype: { source: 'constant', present: 'always', shown: [EVERY_FIELD] },
  reason: {
    source: 'what started the reload: a request, an automation, or what started its task',
    present: 'always',
    shown: [BY_SCHEDULE, BY_ENDS, BY_DATA],
  },
  userid: {
    source: 'who asked for the reload; of a task, its owner',
    present: 'always',
    shown: [EVERY_FIELD, KEPT],
  },
  spaceid: {
    source: 'space of the app when the outcome is decided; of a deleted one, when the reload was accepted',
    present: 'the app is in a space',
    shown: [OF_THE_APP, NOT_KNOWN],
  },
  authtype: {
    source: 'how the request authenticated; `system` without a request',
    present: 'always',
    shown: [KEPT, BY_SCHEDULE],
  },
  clientid: {
    source: 'client of an OAuth token',
    present: 'the request carries such a token',
    shown: [['test/api/provenance.test.ts', 'an OAuth client']],
  },
  tenantid: { source: 'tenant of the reload', present: 'always', shown: [EVERY_FIELD, RULES] },
  sessionid: {
    source: 'public id of a login session',
    present: 'a signed-in person asked',
    shown: [
      [
        'test/api/browser-clients.test.ts',
        'reloads now: of type hub, with the session, told in the finished event',
      ],
    ],
  },
  authclaims: {
    source: 'issuer, subject and kind of the caller when the reload was accepted; never a token or secret',
    present: 'a request asked for the reload; of a task started by hand, that of its owner',
    shown: [FROM_REQUEST, KEPT],
  },
  tracestate: {
    source: '`tracestate` of the request, unchanged',
    present: 'the request has it, beside a valid `traceparent`',
    shown: [FROM_REQUEST, RULES],
  },
  traceparent: {
    source: '`traceparent` of the request, if valid; never one that was made up',
    present: 'the request has it',
    shown: [FROM_REQUEST, EVERY_FIELD],
  },
  toplevelresourceid: { source: 'the app', present: 'always', shown: [EVERY_FIELD, RULES] },
  data: { source: 'the fields below', present: 'always', shown: [EVERY_FIELD] },
  'data.id': {
    source: 'the reload, as in every answer of the API',
    present: 'always',
    shown: [
      EVERY_FIELD,
      [
        'src/core/ids.test.ts',
        'reload, user and space ids are 24 lower-case hex digits that begin with their second',
      ],
    ],
  },
  'data.type': { source: 'what made the reload, see the values', present: 'always', shown: [EVERY_FIELD] },
  'data.appId': { source: 'the app', present: 'always', shown: [EVERY_FIELD] },
  'data.status': { source: 'the outcome, see the values', present: 'always', shown: [ENDS] },
  'data.taskId': {
    source: 'the task that made the reload, never its run',
    present: 'a task made the reload',
    shown: [BY_SCHEDULE, BY_DATA],
  },
  'data.userId': { source: 'as `userid`', present: 'always', shown: [EVERY_FIELD, RULES] },
  'data.weight': { source: 'the weight by which it was queued', present: 'always', shown: [WEIGHTS] },
  'data.partial': { source: 'as it was accepted', present: 'always', shown: [EVERY_FIELD] },
  'data.appUsage': {
    source: 'usage of the app when the reload was accepted',
    present: 'always',
    shown: [EVERY_FIELD],
  },
  'data.tenantId': { source: 'as `tenantid`', present: 'always', shown: [EVERY_FIELD, RULES] },
  'data.errorCode': {
    source: 'the verdict on the attempt that decided, or on the wait ([attempts](attempts.md))',
    present: 'the outcome is FAILED or EXCEEDED_LIMIT',
    shown: [ERROR_TEXTS, RULES],
  },
  'data.startTime': {
    source:
      'when the engine began to run the script of the attempt that decided, as it told; kept between creation and end',
    present: 'the script of that attempt began to run',
    shown: [ENGINE_FACTS, RULES],
  },
  'data.succeeded': { source: 'the outcome is SUCCEEDED', present: 'always', shown: [RULES] },
  'data.creationTime': {
    source: 'when the reload was accepted',
    present: 'always',
    shown: [EVERY_FIELD, RULES],
  },
  'data.errorMessage': {
    source: 'as `errorCode`, cut to 4 KiB',
    present: 'the outcome is FAILED or EXCEEDED_LIMIT',
    shown: [ERROR_TEXTS, [EVENT_TEST, 'an error message is cut to 4 KiB at a whole character']],
  },
  'data.lastReloadTime': {
    source: "the engine's time of the new data: `engineTime` of the record",
    present: 'the outcome is SUCCEEDED',
    shown: [EVERY_FIELD, RULES],
  },
  'data.durationSeconds': {
    source: 'from the engine session to the end of the attempt that decided, by a monotonic clock',
    present: 'that attempt got an engine session',
    shown: [EVERY_FIELD, ENGINE_FACTS],
  },
  'data.crashedOnMaxSizeEngine': {
    source:
      'true if the app was refused an engine because it had run out of memory on the largest; false for every other attempt',
    present: 'an engine session was asked for',
    shown: [
      [
        'src/worker/worker.test.ts',
        'refuses an app that ran out of memory on the largest engine, without an engine',
      ],
      [
        'test/e2e/engine-sizes.test.ts',
        'a reload that fits none fails, and the next is refused without an engine until the script changes',
      ],
    ],
  },
}

/** Keys are field = value. */
export const VALUE_ROWS: Readonly<Record<string, SentenceRow>> = {
  'specversion = 1.0': { source: 'constant', shown: [EVERY_FIELD] },
  'data.type = hub': {
    source: 'a reload that a signed-in person asks for',
    shown: [
      [
        'test/api/browser-clients.test.ts',
        'reloads now: of type hub, with the session, told in the finished event',
      ],
    ],
  },
  'data.type = chronos': {
    source: 'the schedule of a reload task (`/api/v1/reload-tasks`)',
    shown: [BY_SCHEDULE],
  },
  'data.type = external': {
    source: '`POST /api/v1/reloads` with an API key',
    shown: [['test/api/reloads.test.ts', 'answers the queued record and its address']],
  },
  'data.type = automations': {
    source:
      'a step of an automation (`/api/v1/automations`), or a request whose `resourceType` is `automate`',
    shown: [
      ['test/api/reloads.test.ts', 'marks a reload of an automation, whoever asks'],
      ['test/e2e/automations.test.ts', 'goes on after the server was killed, in every step'],
    ],
  },
  'data.type = data-refresh': {
    source: 'a reload task with `autoReload`, when data that the app reads was replaced',
    shown: [BY_DATA],
  },
  'data.type = choreographer': {
    source:
      'a task (`/api/scheduling/tasks`, `/api/v1/tasks`): by time, by the end of another, by data, by hand',
    shown: [BY_SCHEDULE, BY_ENDS],
  },
  'data.status = SUCCEEDED': { source: 'the script ran to its end and its data is committed', shown: [ENDS] },
  'data.status = FAILED': {
    source: 'a fault of the script, no engine that is large enough, or no engine after all retries',
    shown: [ENDS],
  },
  'data.status = CANCELED': {
    source: 'somebody canceled it, or its app was deleted',
    shown: [
      ['src/core/reload.test.ts', 'a cancel of a waiting reload ends it at once, also of a requeued one'],
      ['src/intake/intake.test.ts', 'cancels its running reload'],
    ],
  },
  'data.status = EXCEEDED_LIMIT': {
    source: 'run time, queue time or data size',
    shown: [
      ['src/worker/worker.test.ts', 'ends a script that runs past its limit as EXCEEDED_LIMIT'],
      ['src/worker/worker.test.ts', 'ends data larger than its limit as EXCEEDED_LIMIT and drops it'],
      ['src/core/reload.test.ts', 'the queue limit counts all waits, and none of the runs'],
    ],
  },
}
