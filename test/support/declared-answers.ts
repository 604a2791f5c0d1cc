/**
 * Every answer of an API under test is held against the document that the API serves: its status has to be
 * declared for the operation, and a JSON body has to fit the schema of that status.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import type { FastifyRequest } from 'fastify'
import type { ApiServer } from '../../src/api/http/deps.ts'

interface Declared {
  readonly content?: Readonly<Record<string, unknown>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: Record<string, Declared> }>>>>
  readonly components: { readonly responses: Readonly<Record<string, Declared>> }
}

/** Installs the check; the answer lists what did not fit so far. */
export function holdAnswersToDocument(server: ApiServer): () => readonly string[] {
  const faults = new Set<string>()
  let checks: Checks | undefined
  server.addHook('onSend', async (request, reply, payload) => {
    const { url, schema } = request.routeOptions
    // A route that a test adds has no tag.
    if (url === undefined || schema?.tags === undefined || schema.hide === true) return payload
    checks ??= checksOf(server.swagger())
    const isJson = String(reply.getHeader('content-type')).startsWith('application/json')
    const text = isJson && typeof payload === 'string' ? payload : undefined
    const fault = checks(operationOf(request, url), reply.statusCode, text)
    if (fault !== undefined) faults.add(`${request.method} ${url} ${reply.statusCode}: ${fault}`)
    return payload
  })
  return () => [...faults]
}

type Checks = (
  operation: readonly [string, string],
  status: number,
  text: string | undefined,
) => string | undefined

function operationOf({ method }: FastifyRequest, url: string): readonly [string, string] {
  return [url.replaceAll(/:(\w+)/g, '{$1}'), method === 'HEAD' ? 'get' : method.toLowerCase()]
}

/** Compiled once for all instances of the API in this process, whose documents are the same. */
let shared: { readonly text: string; readonly checks: Checks } | undefined

function checksOf(document: object): Checks {
  const text = JSON.stringify(document)
  if (shared?.text !== text) shared = { text, checks: newChecks(JSON.parse(text)) }
  return shared.checks
}

function newChecks(document: Document): Checks {
  const ajv = new Ajv2020({ strict: false, allErrors: false })
  ajvFormats.default(ajv)
  ajv.addSchema({ $id: 'document', ...document })
  const compiled = new Map<string, ValidateFunction>()
  return ([path, method], status, text) => {
    const told = document.paths[path]?.[method]?.responses[status]
    if (told === undefined) return 'the status is not declared'
    const { place, declared } = resolved(document, told, `/paths/${step(path)}/${method}/responses/${status}`)
    if (text === undefined || text === '' || declared.content?.['application/json'] === undefined) return
    const pointer = `document#${place}/content/application~1json/schema`
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: pointer })
    compiled.set(pointer, validate)
    if (validate(JSON.parse(text))) return undefined
    const [first] = validate.errors ?? []
    return `the body does not fit: ${first?.instancePath} ${first?.message}`
  }
}

function resolved(document: Document, told: Declared & { $ref?: string }, place: string) {
  const name = told.$ref?.split('/').at(-1)
  if (name === undefined) return { declared: told, place }
  return { declared: document.components.responses[name]!, place: `/components/responses/${name}` }
}

/** A step of a JSON pointer in the fragment of an address. */
function step(path: string): string {
  return encodeURIComponent(path.replaceAll('~', '~0').replaceAll('/', '~1'))
}
