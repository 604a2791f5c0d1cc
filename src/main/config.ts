/**
 * Reads the settings of the service from flags and environment into one checked record. Reports all faults at
 * once, each with its setting and what it accepts.
 */

import { availableParallelism, totalmem } from 'node:os'
import { resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { EVENT_CLAIMS, type EventClaim } from '../core/caller.ts'
import { checkLimits, DEFAULT_LIMITS, type Limits } from '../core/limits.ts'
import { type MachineFolder, machineFolders } from '../core/machine-path.ts'
import { shortDurationMs } from '../core/short-duration.ts'
import type { KafkaOptions } from '../delivery/channels/kafka.ts'
import type { NatsOptions } from '../delivery/channels/nats.ts'
import type { MailServer, SmtpOptions } from '../delivery/channels/smtp.ts'
import { parseAllowance, type TargetAllowance } from '../delivery/channels/target-address.ts'
import type { EngineSize } from '../engine/engine-session.ts'
import { defaultEngineMemory, defaultLadder, parseLadder, parseMemory } from '../engine/sizes.ts'
import { EVENT_TYPES } from '../event/event-types.ts'
import { SETTINGS, type SettingName } from './settings-table.ts'
import type { Accepted } from './surroundings.ts'
import type { TlsFiles } from './tls-files.ts'
import type { LogLevel } from './world.ts'

export interface Config {
  readonly host: string
  readonly port: number
  /** Absolute. */
  readonly dataDir: string
  readonly adminKey: string | undefined
  readonly secretKey: string | undefined
  readonly operatorKey: string | undefined
  readonly tenantName: string
  /** Origin, perhaps with a path, without a trailing slash. */
  readonly publicUrl: string | undefined
  readonly trustedProxies: readonly string[]
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[]
  /** Files of the certificate and its key; undefined: plain HTTP. */
  readonly tls: TlsFiles | undefined
  readonly webhookAllowance: TargetAllowance
  /** Identity providers that may be asked although their addresses are private. */
  readonly signInAllowance: TargetAllowance
  readonly rateLimit: boolean
  readonly slots: number
  /** Ladder of engine sizes, ascending, never empty. */
  readonly engineSizes: readonly EngineSize[]
  /** Memory that all engines together may take; at least the largest size. */
  readonly engineMemoryBytes: number
  readonly drainMs: number
  /** Files that other programs put into the folders of data files are noticed. */
  readonly watch: boolean
  readonly engineWall: 'auto' | 'required' | 'none'
  /** Several tenants are served although no second wall stands. */
  readonly trustTenants: boolean
  readonly limits: Limits
  readonly brokers: BrokerSettings
  readonly mail: Pick<SmtpOptions, 'server' | 'from'> | undefined
  /** Claims of callers that events may tell. */
  readonly eventClaims: readonly EventClaim[]
  /** Folders of machines in old scripts, and the places that stand for them. */
  readonly machineFolders: readonly MachineFolder[]
  readonly logLevel: LogLevel
  /** Said with flags of one start. */
  readonly accepted: Accepted
}

export interface BrokerSettings {
  readonly nats?: Omit<NatsOptions, 'log'> & { readonly eventTypes: readonly string[] }
  readonly kafka?: Omit<KafkaOptions, 'log'> & { readonly eventTypes: readonly string[] }
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export type SettingTexts = Partial<Record<SettingName, string>>

/**
 * Flags override the environment, the environment overrides defaults. Throws ConfigError with one line per
 * fault.
 */
export function readConfig(flags: SettingTexts, environment: NodeJS.ProcessEnv): Config {
  const problems: string[] = []
  const raw = (name: SettingName): string =>
    flags[name] ?? environment[SETTINGS[name].variable] ?? SETTINGS[name].default
  const read = <Value>(name: SettingName, parse: (text: string) => Value): Value | undefined => {
    try {
      return parse(raw(name))
    } catch (error) {
      problems.push(`${SETTINGS[name].variable}: ${(error as Error).message}`)
      return undefined
    }
  }
  const limits: Limits = {
    ...DEFAULT_LIMITS,
    runTimeMs: read('runTime', parseDurationMs) ?? DEFAULT_LIMITS.runTimeMs,
    queueTimeMs: read('queueTime', parseDurationMs) ?? DEFAULT_LIMITS.queueTimeMs,
    ageingMs: read('ageing', parseDurationMs) ?? 0,
    appDataBytes: read('appDataSize', (text) => (text.trim() === '0' ? 0 : memory(text))) ?? 0,
    scriptLogBytes: read('scriptLogSize', memory) ?? DEFAULT_LIMITS.scriptLogBytes,
    reloadsPerAppAndDay: read('reloadsPerAppAndDay', whole(0)) ?? 0,
    taskFailuresMax: read('taskFailures', whole(0)) ?? 0,
    tasksPerApp: read('tasksPerApp', whole(0)) ?? 0,
    tasksPerUser: read('tasksPerUser', whole(0)) ?? 0,
    catchUpWindowMs: read('catchUpWindow', parseDurationMs) ?? 0,
    scheduleJitterMs: read('scheduleJitter', parseDurationMs) ?? 0,
    scheduleGapMs: read('scheduleGap', parseDurationMs) ?? 0,
    dataRefreshDelayMs: read('dataRefreshDelay', parseDurationMs) ?? 0,
    reloadHistoryMs: read('reloadHistory', parseDurationMs) ?? DEFAULT_LIMITS.reloadHistoryMs,
    scriptLogHistoryMs: read('scriptLogHistory', parseDurationMs) ?? DEFAULT_LIMITS.scriptLogHistoryMs,
    eventHistoryMs: read('eventHistory', parseDurationMs) ?? DEFAULT_LIMITS.eventHistoryMs,
    sessionIdleMs: read('sessionIdleTime', parseDurationMs) ?? DEFAULT_LIMITS.sessionIdleMs,
    sessionMs: read('sessionTime', parseDurationMs) ?? DEFAULT_LIMITS.sessionMs,
    removedTenantMs: read('removedTenantTime', parseDurationMs) ?? DEFAULT_LIMITS.removedTenantMs,
    setAsideMs: read('setAsideTime', parseDurationMs) ?? DEFAULT_LIMITS.setAsideMs,
    deliveryHistoryMs: read('deliveryHistory', parseDurationMs) ?? DEFAULT_LIMITS.deliveryHistoryMs,
    concurrentReloadsPerTenant: read('concurrentReloads', whole(1)) ?? 1,
  }
  const engineSizes = read('engineSizes', ladder) ?? []
  const config: Config = {
    host: raw('host'),
    port: read('port', whole(0, 65535)) ?? 0,
    dataDir: resolve(raw('dataDir')),
    adminKey: read('adminKey', bearerKey(16)),
    secretKey: read('secretKey', ownSecret),
    operatorKey: read('operatorKey', bearerKey(32)),
    tenantName: raw('tenantName'),
    ...readFront(read, raw('tlsKey')),
    webhookAllowance: read('webhookAllow', parseAllowance) ?? parseAllowance(''),
    signInAllowance: read('signInAllow', parseAllowance) ?? parseAllowance(''),
    rateLimit: read('rateLimit', oneOf(['on', 'off'] as const)) === 'on',
    slots: read('slots', (text) => (text === '' ? availableParallelism() : whole(1)(text))) ?? 1,
    engineSizes,
    engineMemoryBytes: read('engineMemory', (text) => engineMemory(text, engineSizes)) ?? 0,
    watch: read('watch', oneOf(['on', 'off'] as const)) === 'on',
    drainMs: read('drainTime', parseDurationMs) ?? 0,
    engineWall: read('engineWall', oneOf(['auto', 'required', 'none'] as const)) ?? 'auto',
    trustTenants: read('trustTenants', oneOf(['on', 'off'] as const)) === 'on',
    limits,
    brokers: readBrokers(read),
    mail: readMail(read),
    eventClaims: read('eventClaims', eventClaims) ?? [],
    machineFolders: read('machineFolders', machineFolders) ?? [],
    logLevel: read('logLevel', oneOf(['debug', 'info', 'warn', 'error', 'silent'] as const)) ?? 'info',
    accepted: { beginAnew: false, acceptLoss: false },
  }
  problems.push(...checkLimits(limits))
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return config
}

/** How clients reach the service. */
function readFront(
  read: <Value>(name: SettingName, parse: (text: string) => Value) => Value | undefined,
  tlsKey: string,
): Pick<Config, 'publicUrl' | 'trustedProxies' | 'corsOrigins' | 'tls'> {
  return {
    publicUrl: read('publicUrl', address),
    trustedProxies: read('trustedProxies', proxies) ?? [],
    corsOrigins: read('corsOrigins', (text) => list(text).map(origin)) ?? [],
    tls: read('tlsCert', (certFile) => tlsFiles(certFile, tlsKey)),
  }
}

/** A broker without an address is disabled. */
function readBrokers(
  read: <Value>(name: SettingName, parse: (text: string) => Value) => Value | undefined,
): BrokerSettings {
  const nats = {
    url: read('natsUrl', brokerUrl(['nats:', 'tls:'], 'nats://nats.example.com:4222')) ?? '',
    stream: read('natsStream', streamName) ?? '',
    eventTypes: read('natsEvents', eventTypes) ?? [],
    contentMode: read('natsContentMode', oneOf(['structured', 'binary'] as const)) ?? 'structured',
    retentionMs: read('natsRetention', parseDurationMs) ?? 0,
  }
  const kafka = {
    url: read('kafkaUrl', brokerUrl(['kafka:', 'kafka+tls:'], 'kafka://kafka.example.com:9092')) ?? '',
    topic: read('kafkaTopic', topicName) ?? '',
    eventTypes: read('kafkaEvents', eventTypes) ?? [],
    contentMode: read('kafkaContentMode', oneOf(['binary', 'structured'] as const)) ?? 'binary',
    sasl: read('kafkaSasl', oneOf(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)) ?? 'PLAIN',
  }
  return { ...(nats.url === '' ? {} : { nats }), ...(kafka.url === '' ? {} : { kafka }) }
}

/** Mail without a server is disabled. */
function readMail(
  read: <Value>(name: SettingName, parse: (text: string) => Value) => Value | undefined,
): Config['mail'] {
  const server = read('smtpUrl', mailServer)
  const from = read('mailFrom', (text) => mailSender(text, server !== undefined))
  return server === undefined || from === undefined ? undefined : { server, from }
}

const SMTP_SCHEMES: Readonly<Record<string, Pick<MailServer, 'port' | 'tls'>>> = {
  'smtp:': { port: 587, tls: 'starttls' },
  'smtps:': { port: 465, tls: 'implicit' },
  'smtp+plain:': { port: 25, tls: 'none' },
}

/** Messages never repeat the text: it may hold a password. */
function mailServer(text: string): MailServer | undefined {
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const scheme = SMTP_SCHEMES[url?.protocol ?? '']
  if (url === undefined || scheme === undefined || url.hostname === '' || !/^\/?$/.test(url.pathname)) {
    throw new Error('it must be an address such as smtp://user:password@mail.example.com:587')
  }
  const { hostname, port, username, password } = url
  return {
    ...scheme,
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username === '' ? {} : { user: percentDecoded(username), password: percentDecoded(password) }),
  }
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('write % in user and password as %25')
  }
}

function mailSender(text: string, isNeeded: boolean): string {
  const address = /<([^<>]*)>$/.exec(text)?.[1] ?? text
  if (text === '' && !isNeeded) return text
  if (/^[^\s@<>]+@[^\s@<>]+$/.test(address) && !/\p{Cc}/u.test(text)) return text
  throw new Error('it must be an address such as reprise@example.com or Reprise <reprise@example.com>')
}

/** Empty or a list of addresses. Messages never repeat the text: it may hold a password. */
function brokerUrl(schemes: readonly string[], example: string): (text: string) => string {
  return (text) => {
    const fits = text.split(',').every((one) => {
      const url = URL.canParse(one.trim()) ? new URL(one.trim()) : undefined
      return url !== undefined && schemes.includes(url.protocol) && url.hostname !== ''
    })
    if (text !== '' && !fits) throw new Error(`it must be an address such as ${example}`)
    return text
  }
}

function topicName(text: string): string {
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(text)) throw new Error('a topic name is of letters, digits, ., - and _')
  return text
}

function streamName(text: string): string {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(text)) throw new Error('a stream name is of letters, digits, - and _')
  return text
}

function eventClaims(text: string): EventClaim[] {
  const names = list(text)
  const unknown = names.find((name) => !EVENT_CLAIMS.includes(name as EventClaim))
  if (unknown !== undefined) throw new Error(`"${unknown}" is not one of ${EVENT_CLAIMS.join(', ')}`)
  return names as EventClaim[]
}

function eventTypes(text: string): string[] {
  const types = text.split(',').map((type) => type.trim())
  const known = EVENT_TYPES.map(({ name }) => name)
  const unknown = types.find((type) => !known.includes(type))
  if (unknown !== undefined) throw new Error(`"${unknown}" is not one of ${known.join(', ')}`)
  return types
}

/** Parses "90s", "20m", "3h", "2d" or "500ms" to milliseconds. */
export function parseDurationMs(text: string): number {
  const ms = shortDurationMs(text)
  if (ms === undefined) throw new Error(`"${text}" is not a duration such as 90s, 20m or 3h`)
  return ms
}

function whole(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN
    if (!(number >= min && number <= max)) {
      throw new Error(
        `"${text}" is not a whole number ${max > 1e9 ? `of at least ${min}` : `from ${min} to ${max}`}`,
      )
    }
    return number
  }
}

function oneOf<const Choice extends string>(choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((candidate) => candidate.toLowerCase() === text.trim().toLowerCase())
    if (choice === undefined) throw new Error(`"${text}" is none of ${choices.join(', ')}`)
    return choice
  }
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function proxies(text: string): readonly string[] {
  const addresses = list(text)
  const wrong = addresses.find((one) => !ipaddr.isValid(one) && !ipaddr.isValidCIDR(one))
  if (wrong === undefined) return addresses
  throw new Error(`"${wrong}" is neither an address nor a network such as 10.0.0.0/8`)
}

function ladder(text: string): readonly EngineSize[] {
  if (text === '') return defaultLadder(totalmem(), availableParallelism())
  const sizes = parseLadder(text, availableParallelism())
  if (typeof sizes === 'string') throw new Error(sizes)
  return sizes
}

function engineMemory(text: string, sizes: readonly EngineSize[]): number {
  const bytes = text === '' ? defaultEngineMemory(totalmem(), sizes) : parseMemory(text)
  if (bytes === undefined) throw new Error(`"${text}" is not an amount of memory such as 3g or 1500m`)
  const largest = sizes.at(-1)
  if (largest !== undefined && bytes < largest.memoryBytes) {
    throw new Error(
      `"${text}" is less than the largest engine, ${largest.poolName}: give more, or smaller ${SETTINGS.engineSizes.variable}`,
    )
  }
  return bytes
}

function memory(text: string): number {
  const bytes = parseMemory(text)
  if (bytes === undefined) throw new Error(`"${text}" is not a size such as 500m or 2g`)
  return bytes
}

/** The text is never repeated. */
function ownSecret(text: string): string | undefined {
  if (text === '') return undefined
  if (text.length < 32) throw new Error('a secret key needs at least 32 characters')
  return text
}

/** The text is never repeated. */
function bearerKey(least: number): (text: string) => string | undefined {
  return (text) => {
    if (text === '') return undefined
    if (text.length < least || /\s/.test(text)) {
      throw new Error(`needs at least ${least} characters and no blanks`)
    }
    return text
  }
}

/** An address without a trailing slash. */
function address(text: string): string | undefined {
  if (text === '') return undefined
  const url = httpUrl(text)
  const isPlain = url?.search === '' && url.hash === '' && url.username === '' && url.password === ''
  if (url === undefined || !isPlain || /\/\/|%/.test(url.pathname)) {
    throw new Error(
      `"${text}" is not an address such as https://reload.example.com or https://example.com/reload`,
    )
  }
  return url.origin + url.pathname.replace(/\/$/, '')
}

/** As browsers send it: nothing is compared but the text. */
function origin(text: string): string {
  if (httpUrl(text)?.origin === text) return text
  throw new Error(`"${text}" is not an origin such as https://mashup.example.com, without a slash behind it`)
}

function httpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && ['http:', 'https:'].includes(url.protocol) ? url : undefined
}

function tlsFiles(certFile: string, keyFile: string): TlsFiles | undefined {
  if (certFile === '' && keyFile === '') return undefined
  if (certFile !== '' && keyFile !== '') return { certFile: resolve(certFile), keyFile: resolve(keyFile) }
  throw new Error(`a certificate and a key are needed, the other is ${SETTINGS.tlsKey.variable}`)
}
