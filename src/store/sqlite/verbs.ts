/**
 * The verbs of the port inside their transactions, without promises; and how each of them is run: as a read,
 * at once, or as a write in the next commit.
 */
import type { SendRecord } from '../port/deliveries.ts'
import type { ListStore } from '../port/lists.ts'
import type { ExclusiveStore } from '../port/store.ts'
import type { Safety } from './writer.ts'

export type Answers<Port, Verb extends keyof Port = keyof Port> = {
  readonly [Name in Verb]: Port[Name] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer
    : never
}

/** Lists may take several turns, each a read of its own: slices.ts. */
export type Verb = Exclude<keyof ExclusiveStore, 'onCommit' | 'close' | keyof ListStore>

/** What it saves must be synced, may be lost with the power, or that depends on what it is asked for. */
type Running = 'read' | Safety | ((...args: never[]) => Safety)

export const RUNNING: { readonly [Name in Verb]: Running } = {
  accept: 'synced',
  transition: 'synced',
  reload: 'read',
  activeReloadOf: 'read',
  lastEnds: 'read',
  reloads: 'read',
  attempts: 'read',
  saveScriptLog: 'synced',
  scriptLog: 'read',
  ranStatements: 'read',
  counts: 'read',

  claim: 'synced',
  queuePosition: 'read',
  renewLeases: 'synced',
  expiredLeases: 'read',
  overdueReloads: 'read',
  nextDueAt: 'read',
  runningReloads: 'read',
  endLeases: 'synced',
  pullBack: 'synced',
  installation: 'read',
  keepInstallation: 'synced',

  eventsAfter: 'read',
  eventsBefore: 'read',
  lastSequence: 'read',
  forgottenSequence: 'read',
  event: 'read',
  eventsOf: 'read',
  forget: 'synced',
  seenAt: 'read',
  purge: 'synced',
  erase: 'synced',

  claimDeliveries: 'lost with the power',
  // The record of a success may be lost: then the same event is sent once more. A failure may make an event,
  // which may not.
  recordSends: (batch: readonly SendRecord[]) =>
    batch.every(({ send }) => send?.status === 'success') ? 'lost with the power' : 'synced',
  reopenDeliveries: 'synced',
  offerDeliveries: 'synced',
  nextDeliveryAt: 'read',
  deliveriesOf: 'read',
  delivery: 'read',
  sends: 'read',
  send: 'read',
  addSend: 'synced',

  publications: 'read',
  published: 'lost with the power',

  change: 'synced',
  tenant: 'read',
  tenants: 'read',
  user: 'read',
  userBySubject: 'read',
  group: 'read',
  keyByHash: 'read',
  sessionByHash: 'read',
  oauthClient: 'read',
  identityProvider: 'read',
  identityProvidersOf: 'read',
  app: 'read',
  referencedDataVersions: 'read',
  scripts: 'read',
  script: 'read',
  space: 'read',
  assignments: 'read',
  assignmentsOf: 'read',
  dataFile: 'read',
  dataFileByName: 'read',
  subscription: 'read',

  task: 'read',
  taskRun: 'read',
  dueTasks: 'read',
  dueRuns: 'read',
  hasHeldRuns: 'read',
  nextTaskAt: 'read',
  listened: 'read',
  scheduledTasks: 'read',
  automation: 'read',
  automationOfAnyTenant: 'read',
  automationRun: 'read',
  dueAutomationRuns: 'read',
  dueAutomations: 'read',
  nextAutomationAt: 'read',
  listeningAutomations: 'read',
  scheduledAutomations: 'read',
}
