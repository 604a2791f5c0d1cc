/**
 * What NATS and JetStream answer when an event is not stored, in words for the operator. Codes are those of
 * nats-server (server/errors.json). Every one of these events waits and is sent again: an operator can mend
 * each reason.
 */
import type { JetStreamApiError } from '@nats-io/jetstream'
import type { PermissionViolationError } from '@nats-io/transport-node'

/** First part of all subjects. */
export const SUBJECT_ROOT = 'reprise'

/** Publishing on condition that the subject is empty: it is not. */
const SUBJECT_NOT_EMPTY: readonly number[] = [10071, 10164]
/** A message could not be stored; the description says why. */
const STORE_FAILED = 10077
export const STREAM_NOT_FOUND = 10059

/** Codes of JetStream that publishing, and looking at or creating a stream, can be answered with. */
export const JETSTREAM_ANSWERS: Readonly<Record<number, string>> = {
  10002: 'the JetStream limits of the account are used up',
  10008: 'JetStream is not available at the moment',
  10009: 'JetStream has no leader at the moment',
  10023: 'the server has too few resources for the stream',
  10025: 'the server did not understand the request',
  10026: 'the consumers of the stream are at their limit',
  10027: 'the account has as many streams as it may have',
  10028: 'the server has too little memory for the stream',
  10035: 'the account is unknown to the server',
  10039: 'JetStream is not enabled for the account',
  10047: 'the server has too little storage for the stream',
  10048: 'the cluster could not place the stream',
  10049: 'the stream could not be created',
  10052: 'the server refused the settings of the stream',
  10053: 'the limits of the account do not allow the stream',
  10054: 'the event is larger than a message of the stream may be',
  10058: 'a stream of this name was created with other settings',
  [STREAM_NOT_FOUND]: 'the stream is not there',
  10065: 'another stream takes the same subjects',
  10074: 'the server is no cluster: the stream cannot have replicas',
  10076: 'JetStream is not enabled on the server',
  [STORE_FAILED]: 'the stream could not store the event',
  10097: 'the headers of the event are too large',
  10109: 'the stream is sealed',
  10113: 'the account requires a size limit of the stream: create it by hand',
  10118: 'the stream is offline',
  10119: 'the stream is offline',
  10120: 'the account has no JetStream limits',
  10122: 'the account does not allow a stream of this size',
  10158: 'the same event is being stored at the moment',
  10163: 'the stream cannot tell yet what it has stored',
  10167: 'the server has too many requests',
  10194: 'the stream is offline',
}

/** Why an event was not stored, or a connection not made or lost. Names no single event. */
export function natsFault(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection broke'
  const { name, message, cause } = error
  switch (name) {
    case 'JetStreamApiError':
      return jetStreamFault(error as JetStreamApiError)
    case 'JetStreamNotEnabled':
    case 'NoResponders':
      return 'nobody answers for the stream: it was deleted, lost its subjects, or JetStream is off'
    case 'PermissionViolationError':
      return permissionFault(error as PermissionViolationError)
    case 'AuthorizationError':
      return `the server refuses the credentials (${message.toLowerCase()})`
    case 'UserAuthenticationExpiredError':
      return 'the credentials have expired'
    case 'TimeoutError':
      return 'no answer in time'
    case 'ClosedConnectionError':
    case 'DrainingConnectionError':
      return 'the connection broke'
    default:
      return cause instanceof Error && name !== 'ConnectionError' ? natsFault(cause) : plainFault(error)
  }
}

/** True if another message, or the same event, stands under the subject of the event. */
export function isSubjectTaken(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'JetStreamApiError') return false
  const { code, message } = error as JetStreamApiError
  return SUBJECT_NOT_EMPTY.includes(code) || (code === STORE_FAILED && message.includes('per subject'))
}

function jetStreamFault({ code, message }: JetStreamApiError): string {
  if (code === STORE_FAILED && /maximum (messages|bytes) exceeded/.test(message)) {
    return `the stream is full (${message})`
  }
  const text = JETSTREAM_ANSWERS[code] ?? 'JetStream refuses the event'
  return `${text} (${code}: ${message.slice(0, 200)})`
}

function permissionFault({ operation, subject }: PermissionViolationError): string {
  if (operation === 'subscription') return 'no permission to receive answers: allow to subscribe to _INBOX.>'
  return `no permission to publish: allow ${subject.startsWith('$JS.') ? subject : `${SUBJECT_ROOT}.>`}`
}

function plainFault(error: Error): string {
  const { code = '' } = error as NodeJS.ErrnoException
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code))
    return `the certificate of the server was not accepted (${code})`
  return error.message.slice(0, 200)
}
