/**
 * The format of an exported app, version 1 (docs/reference/app-archive.md): what its manifest says, and the
 * port to archives. An archive from outside is hostile: it is read by the names of parts that are known, each
 * within a bound, and nothing in it becomes a path.
 */
import { defined } from '../core/defined.ts'
import { APP_USAGES, type AppUsage, STORES_MODES, type StoresMode } from '../core/records.ts'
import type { DataPart } from './data-transfers.ts'
import { type Refused, refused } from './refusal.ts'
import type { TempContent } from './temp-contents.ts'

/** Documents of tasks in an archive, bytes. */
export const TASKS_MAX_BYTES = 4 * 1024 * 1024

export const ARCHIVE_FORMAT = 'reprise-app'
export const ARCHIVE_VERSION = 1
export const MANIFEST_MAX_BYTES = 1024 * 1024

export interface ArchivedApp {
  readonly name: string
  readonly description: string
  readonly usage: AppUsage
  readonly stores?: StoresMode
}

export interface Manifest {
  readonly app: ArchivedApp
  /** Names of the connections that the script read, as it says them; no secrets. */
  readonly connections: readonly string[]
  /** The archive has the data of the app. */
  readonly data: boolean
}

/** What an archive does not have of a task: the event, or the trigger, in words. Without: the whole task. */
export interface LeftOut {
  readonly task: string
  readonly what?: string
}

/** What is wrong with an archive, in words. */
export interface ArchiveFault {
  readonly fault: string
}

export interface OpenedArchive {
  /** JSON, not yet checked. */
  readonly manifest: string
  /** Absent: the app had none. */
  readonly script?: string
  /** JSON, not yet checked. */
  readonly tasks?: string
}

export interface AppArchives {
  /** The bytes of an archive. */
  pack(parts: OpenedArchive, data: readonly DataPart[]): AsyncIterable<Uint8Array>
  /** @param scriptMax largest script that is taken, bytes */
  open(content: TempContent, scriptMax: number): Promise<OpenedArchive | ArchiveFault>
}

/** When and by what an archive is made, and what of the app it does not have. */
export interface Making {
  /** ISO 8601. */
  readonly exportedAt: string
  readonly service: string
  readonly leftOut: readonly LeftOut[]
}

export function writeManifest(
  { app, connections, data }: Manifest,
  { exportedAt, service, leftOut }: Making,
): string {
  const { name, description, usage, stores } = app
  const manifest = {
    format: ARCHIVE_FORMAT,
    version: ARCHIVE_VERSION,
    exportedAt,
    service,
    app: { name, description, usage, ...defined({ stores }) },
    connections,
    data,
    leftOut,
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

const ARCHIVED_NAME_MAX = 256
const ARCHIVED_DESCRIPTION_MAX = 4096
const CONNECTIONS_MAX = 1000

/**
 * Members that are not known are left out, so that a later version of the same number can say more.
 * @param fallbackName of an app that has none
 */
export function readManifest(text: string, fallbackName?: string): Manifest | Refused {
  const parsed = objectOf(parse(text))
  if (parsed?.format !== ARCHIVE_FORMAT) return unfit(`its manifest has no format "${ARCHIVE_FORMAT}"`)
  if (parsed.version !== ARCHIVE_VERSION) return unfit(`its version is not ${ARCHIVE_VERSION}`)
  const app = objectOf(parsed.app)
  const name = textOf(app?.name ?? fallbackName, ARCHIVED_NAME_MAX) || fallbackName
  if (name === undefined || name === '') return unfit('the app of its manifest has no name that is taken')
  const description = textOf(app?.description ?? '', ARCHIVED_DESCRIPTION_MAX)
  if (description === undefined) return unfit('the description of its app is too long, or no text')
  const usage = APP_USAGES.find((one) => one === (app?.usage ?? 'ANALYTICS'))
  if (usage === undefined) return unfit('its app has no usage that is known')
  const stores = STORES_MODES.find((one) => one === app?.stores)
  const connections = Array.isArray(parsed.connections) ? parsed.connections : []
  const names = connections
    .slice(0, CONNECTIONS_MAX)
    .map((one) => textOf(one, ARCHIVED_NAME_MAX))
    .filter((one) => one !== undefined)
  return {
    app: { name, description, usage, ...defined({ stores }) },
    connections: names,
    data: parsed.data === true,
  }
}

export function unfit(detail: string): Refused {
  return refused('badRequest', `this is no exported app: ${detail}`)
}

/** The documents of a part of tasks. */
export function readDocuments(text: string | undefined): readonly unknown[] | Refused {
  if (text === undefined) return []
  const parsed = parse(text)
  return Array.isArray(parsed) ? parsed : unfit('its tasks are no list')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as Readonly<Record<string, unknown>>
}

/** A lone surrogate cannot be stored as it is. */
function textOf(value: unknown, most: number): string | undefined {
  return typeof value === 'string' && value.length <= most ? wellFormed(value) : undefined
}

/** A lone surrogate becomes the replacement character. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd')
}
