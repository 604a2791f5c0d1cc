/**
 * Room `receiver`: the other end: the kit for applications that receive events, the package export
 * `reprise/receiver`. What runs in somebody else's process enters, on web standards and without packages.
 *
 * The package export `reprise/receiver`: all that an application needs to receive events of reloads.
 */

export { APP_RELOAD_FINISHED_SCHEMA } from '../event/attempt-event-schema.ts'
export { APP_DATA_UPDATED_SCHEMA } from '../event/data-event-schema.ts'
export { FINISHED_EVENT_SCHEMA as RELOAD_FINISHED_SCHEMA } from '../event/finished-event-schema.ts'
export { WEBHOOK_DISABLED_SCHEMA } from '../event/webhook-event-schema.ts'
export { fastifyReceiver, fetchHandler, nodeHandler } from './handlers.ts'
export { type ReceivedRequest, type ReceiverAnswer, type ReceiverOptions, receiver } from './receive.ts'
export type * from './reload-event.ts'
export { type SeenEvents, seenInMemory } from './seen-events.ts'
export { type SignatureRules, type SignatureVerdict, verifySignature } from './verify-signature.ts'
