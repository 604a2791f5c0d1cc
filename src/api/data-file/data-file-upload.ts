/**
 * The multipart body of an upload: part `File` (bytes) and part `Json` (what to do with them), in either
 * order, so that bytes are spooled before anything is known about them (contract 05, section 3, measured with
 * the official client). Whoever takes an upload owns its spooled content; when reading fails, nothing stays.
 */

import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { type Static, type TObject, Type } from 'typebox'
import type { WishedPlace } from '../../catalog/data-file.ts'
import type { Spooled } from '../../catalog/file-contents.ts'
import type { Caller } from '../../core/caller.ts'
import { defined } from '../../core/defined.ts'
import { FileTooLargeError } from '../../files/local/file-store.ts'
import { wellFormedJson } from '../http/body.ts'
import type { ApiDeps } from '../http/deps.ts'
import { refuse } from '../http/problem.ts'
import { schemaCompiler, schemaFault } from '../http/validate.ts'
import { placeNamed } from './data-file-place.ts'

const JSON_MAX_BYTES = 64 * 1024
const IdOrNull = Type.Optional(Type.Union([Type.String(), Type.Null()]))

const CHANGE = {
  name: Type.Optional(Type.String({ maxLength: 4096 })),
  connectionId: IdOrNull,
  folder: Type.Optional(Type.Boolean()),
  folderId: IdOrNull,
  sourceId: IdOrNull,
  tempContentFileId: IdOrNull,
  appId: IdOrNull,
}

/** What a PUT may ask for. */
export const FileChange = Type.Object(CHANGE, { title: 'DataFileChange' })
/** What a POST may ask for. */
export const NewFile = Type.Object(
  { ...CHANGE, name: Type.String({ maxLength: 4096 }) },
  { title: 'NewDataFile' },
)

export type FileChange = Static<typeof FileChange>

/** The multipart body as OpenAPI 3.1 describes one; `wish` is the shape of its part `Json`. */
export function uploadBody<Schema extends TObject>(wish: Schema) {
  return Type.Object({
    File: Type.Optional(Type.Unsafe<Uint8Array>({ contentMediaType: 'application/octet-stream' })),
    Json: Type.Optional(wish),
  })
}

export interface Upload<Wish> {
  readonly wish: Wish
  readonly content?: Spooled
}

/** Reads the parts of a request checked against the schema of its `Json`. */
export async function readUpload<Schema extends TObject>(
  deps: ApiDeps,
  request: FastifyRequest,
  schema: Schema,
): Promise<Upload<Static<Schema>>> {
  if (!request.isMultipart()) {
    throw refuse('unsupportedMediaType', { detail: 'send multipart/form-data with the parts File and Json' })
  }
  let content: Spooled | undefined
  try {
    let json: unknown
    for await (const part of request.parts({ limits: LIMITS })) {
      if (part.fieldname === 'File') {
        if (content !== undefined)
          throw refuse('badRequest', { detail: 'the part File comes more than once' })
        content = await spool(deps, part.type === 'file' ? part.file : bytesOf(part.value))
      } else if (part.fieldname === 'Json') {
        json = part.type === 'file' ? parse(await text(part.file)) : parsedField(part.value)
      } else if (part.type === 'file') {
        part.file.resume()
      }
    }
    return { wish: checked(schema, json ?? {}), ...defined({ content }) }
  } catch (error) {
    if (content !== undefined) await deps.files.discard(content)
    throw asRefusal(error)
  }
}

/** The file size is bounded where it is spooled. */
const LIMITS = {
  fileSize: Number.POSITIVE_INFINITY,
  fieldSize: JSON_MAX_BYTES,
  files: 2,
  fields: 10,
  parts: 10,
}

async function spool(deps: ApiDeps, content: AsyncIterable<Uint8Array>): Promise<Spooled> {
  try {
    return await deps.files.spool(content, deps.limits.dataFileBytes)
  } catch (error) {
    if (!(error instanceof FileTooLargeError)) throw error
    throw refuse('tooLarge', { detail: `a data file has at most ${deps.limits.dataFileBytes} bytes` })
  }
}

async function* bytesOf(value: unknown): AsyncGenerator<Uint8Array> {
  yield Buffer.from(String(value))
}

async function text(content: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of content) {
    bytes += (chunk as Buffer).length
    if (bytes > JSON_MAX_BYTES)
      throw refuse('tooLarge', { detail: `the part Json has at most ${JSON_MAX_BYTES} bytes` })
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString()
}

/** The reader parses fields of type application/json itself; of any other type they come as text. */
function parsedField(value: unknown): unknown {
  return typeof value === 'string' ? parse(value) : value
}

function parse(json: string): unknown {
  try {
    return JSON.parse(wellFormedJson(json))
  } catch {
    throw refuse('badRequest', { detail: 'the part Json is not valid JSON' })
  }
}

function checked<Schema extends TObject>(schema: Schema, value: unknown): Static<Schema> {
  const check = schemaCompiler()({ schema, method: 'POST', url: '', httpPart: 'body' })
  if (check(value) === true) return value as Static<Schema>
  const error = { validation: (check as { errors?: unknown }).errors, validationContext: 'body' }
  throw refuse('badRequest', schemaFault(error as unknown as Parameters<typeof schemaFault>[0]))
}

/** What the reader of multipart bodies refuses, in our words. */
function asRefusal(error: unknown): unknown {
  switch ((error as { readonly code?: string }).code) {
    case 'FST_INVALID_JSON_FIELD_ERROR':
      return refuse('badRequest', { detail: 'the part Json is not valid JSON' })
    case 'FST_PARTS_LIMIT':
    case 'FST_FILES_LIMIT':
    case 'FST_FIELDS_LIMIT':
      return refuse('badRequest', { detail: 'the body has too many parts: send File and Json' })
    case 'FST_MP_PREMATURE_CLOSE':
    case 'FST_PROTO_VIOLATION':
    // The client went away: nobody hears the answer, and it is no failure of ours.
    case 'ECONNRESET':
      return refuse('badRequest', { detail: 'the multipart body is broken' })
    default:
      return MALFORMED.test((error as Error).message)
        ? refuse('badRequest', { detail: 'the multipart body is broken' })
        : error
  }
}

/** The reader's own words: it throws bare errors for bodies that are no multipart. */
const MALFORMED = /multipart|malformed|terminated early|boundary/i

/** The place that a wish names, asked for when its turn has come. */
export function wishedPlace(deps: ApiDeps, caller: Caller, { connectionId }: FileChange): WishedPlace {
  return () => placeNamed(deps, caller, connectionId, 'write-files', { pointer: '/connectionId' })
}
