/**
 * Ids. Each kind of id is its own branded type, so that a reload id cannot be passed as an app id. Shapes
 * follow the contract: reloads, users and spaces 24 lower-case hex digits; apps, events, deliveries,
 * webhooks, keys, script versions and data files UUIDs; tenants 32 base64url characters.
 *
 * Ids are made from the random port and the time passed in; nothing here reads a clock or its own generator.
 */
import { hex } from './hex.ts'
import type { Random } from './ports.ts'

declare const kind: unique symbol
export type Id<Kind extends string> = string & { readonly [kind]: Kind }

export type TenantId = Id<'tenant'>
export type UserId = Id<'user'>
export type SpaceId = Id<'space'>
export type AssignmentId = Id<'assignment'>
export type AppId = Id<'app'>
export type ScriptVersionId = Id<'script-version'>
export type DataFileId = Id<'data-file'>
export type KeyId = Id<'key'>
export type GroupId = Id<'group'>
export type ClientId = Id<'oauth-client'>
export type SessionId = Id<'login-session'>
export type ProviderId = Id<'identity-provider'>
export type ReloadId = Id<'reload'>
export type LeaseToken = Id<'lease'>
export type WorkerId = Id<'worker'>
export type EventId = Id<'event'>
export type SubscriptionId = Id<'subscription'>
export type DeliveryId = Id<'delivery'>
export type SendId = Id<'send'>
export type PublicationId = Id<'publication'>
export type TaskId = Id<'task'>
export type RunId = Id<'task-run'>
export type AutomationId = Id<'automation'>
export type AutomationRunId = Id<'automation-run'>
/** Names one app data file: relative to the app data root, never reused. */
export type DataVersion = Id<'data-version'>

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function uuid(bytes: Uint8Array, version: number): string {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4)
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const text = hex(bytes)
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
}

/**
 * 24 lower-case hex digits: 4 bytes of seconds, 2 bytes of 65536ths of the second, then 6 random bytes, so
 * that ids of one kind sort by age and an index over them stays append-only.
 */
export function newHexId<Kind extends string>(random: Random, nowMs: number): Id<Kind> {
  const seconds = Math.floor(nowMs / 1000)
  const fraction = Math.floor(((nowMs - seconds * 1000) / 1000) * 65536)
  return (hexNumber(seconds >>> 0, 8) + hexNumber(fraction, 4) + hex(random.bytes(6))) as Id<Kind>
}

function hexNumber(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

/** UUID version 4 (RFC 9562): random. */
export function newUuid<Kind extends string>(random: Random): Id<Kind> {
  return uuid(random.bytes(16), 4) as Id<Kind>
}

/** UUID version 7 (RFC 9562): milliseconds first, so that an index over it stays append-only. */
export function newTimeUuid<Kind extends string>(random: Random, nowMs: number): Id<Kind> {
  const bytes = random.bytes(16)
  let rest = nowMs
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return uuid(bytes, 7) as Id<Kind>
}

/** 32 base64url characters (192 bits): the shape of a tenant id. */
export function newTenantId(random: Random): TenantId {
  let text = ''
  for (const byte of random.bytes(32)) text += BASE64URL.charAt(byte & 63)
  return text as TenantId
}

/** Name of a new app data file: a time-ordered UUID and the extension. */
export function newDataVersion(random: Random, nowMs: number): DataVersion {
  return `${newTimeUuid(random, nowMs)}.duckdb` as DataVersion
}
