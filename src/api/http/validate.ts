/**
 * Checks requests against their schemas and says in words what a field should have been. Bodies are taken as
 * they are; parameters, which are text on the wire, are read as numbers and booleans where the schema says
 * so. Fields a schema does not name are let through and ignored. Never repeats a value that was sent: it
 * might be a secret.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { FastifyError, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { dropNulls, tidyQuery } from './sent.ts'

export interface SchemaFault {
  readonly detail: string
  readonly pointer?: string
  readonly parameter?: string
}

export function schemaCompiler(): FastifySchemaCompiler<TSchema> {
  const shared = { useDefaults: true, strict: false, verbose: true, discriminator: true } as const
  const bodies = new Ajv(shared)
  const parameters = new Ajv({ ...shared, coerceTypes: 'array' })
  for (const ajv of [bodies, parameters]) ajvFormats.default(ajv)
  return ({ schema, httpPart }) => {
    switch (httpPart) {
      case 'body':
        return afterTidying((value) => dropNulls(schema, value), compiledAtFirstUse(bodies, schema))
      case 'querystring':
        return afterTidying((value) => tidyQuery(schema, value), compiledAtFirstUse(parameters, schema))
      default:
        return compiledAtFirstUse(parameters, schema)
    }
  }
}

function afterTidying(tidy: (value: unknown) => void, fits: ValidateFunction): ValidateFunction {
  const validate = (value: unknown): boolean => {
    tidy(value)
    const isFit = fits(value)
    validate.errors = fits.errors
    return isFit
  }
  validate.errors = undefined as ValidateFunction['errors']
  return validate as ValidateFunction
}

/**
 * Compiling the schemas of all routes is a third of the time of a start; most routes are not asked for soon.
 */
function compiledAtFirstUse(ajv: Ajv, schema: TSchema): ValidateFunction {
  let compiled: ValidateFunction | undefined
  const validate = (value: unknown): boolean => {
    compiled ??= ajv.compile(schema)
    const fits = compiled(value)
    validate.errors = compiled.errors
    return fits
  }
  validate.errors = undefined as ValidateFunction['errors']
  return validate as ValidateFunction
}

/**
 * Checks a value that did not come as a body, such as the result of a patch, and throws the refusal a body
 * would get.
 */
export function assertShape<Schema extends TSchema>(
  request: FastifyRequest,
  schema: Schema,
  value: unknown,
): asserts value is Static<Schema> {
  const validate = request.compileValidationSchema(schema as Record<string, unknown>, 'body')
  if (validate(value)) return
  throw Object.assign(new Error('the value does not fit its schema'), {
    validation: validate.errors,
    validationContext: 'body',
  })
}

/** Whether a value that did not come as a body would be taken as one. */
export function hasShape(request: FastifyRequest, schema: TSchema, value: unknown): boolean {
  return request.compileValidationSchema(schema as Record<string, unknown>, 'body')(value)
}

/** A field with an endless name is not repeated in full. */
const PATH_MAX_CHARACTERS = 300

/** The first fault of a validation error, as pointer (body) or parameter (everything else) and words. */
export function schemaFault(error: FastifyError): SchemaFault {
  const fault = leafFault(error.validation as unknown as readonly ErrorObject[])
  const path = (fault.instancePath + memberStep(fault)).slice(0, PATH_MAX_CHARACTERS)
  if (error.validationContext === 'body') {
    return { detail: `${path === '' ? 'the body' : fieldName(path)} ${wanted(fault)}`, pointer: path }
  }
  const parameter = fieldName(path)
  return { detail: `${parameter} ${wanted(fault)}`, parameter }
}

/** Of the faults of a union, the one that names all its choices tells most. */
function leafFault(faults: readonly ErrorObject[]): ErrorObject {
  const first = faults[0]!
  const union = faults.findLast((fault) => fault.keyword === 'anyOf')
  return union ?? first
}

/** A member that is missing, too many or tells between documents has no place of its own. */
function memberStep({ keyword, params }: ErrorObject): string {
  if (keyword === 'discriminator') return `/${escapeStep(String(params.tag))}`
  if (keyword === 'required') return `/${escapeStep(String(params.missingProperty))}`
  return keyword === 'additionalProperties' ? `/${escapeStep(String(params.additionalProperty))}` : ''
}

function knownNames(schema: unknown): string {
  const { properties = {} } = (schema ?? {}) as { properties?: Readonly<Record<string, unknown>> }
  const names = Object.keys(properties)
  return names.length === 0 ? 'nothing is taken' : `it takes ${names.toSorted().join(', ')}`
}

function fieldName(path: string): string {
  return path.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')
}

function escapeStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function wanted(fault: ErrorObject): string {
  switch (fault.keyword) {
    case 'required':
      return 'is required'
    case 'additionalProperties':
      return `is not known here: ${knownNames(fault.parentSchema)}`
    case 'discriminator':
      return `must be ${tellingValues(fault)}`
    case 'maxProperties':
      return `must have at most ${fault.params.limit} entries`
    case 'maxItems':
      return `must have at most ${fault.params.limit} items`
    case 'minItems':
      return `must have at least ${fault.params.limit} items`
    default:
      return `must be ${expectation(fault.parentSchema)}`
  }
}

/** What the member may be that tells which of several documents it is. */
function tellingValues({ params, parentSchema }: ErrorObject): string {
  const { oneOf = [] } = (parentSchema ?? {}) as { readonly oneOf?: readonly Described[] }
  return oneOf.flatMap(({ properties }) => properties?.[params.tag]?.enum ?? []).join(' or ')
}

interface Described {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Described[]
  readonly properties?: Readonly<Record<string, Described>>
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly format?: string
  readonly pattern?: string
  readonly 'x-expected'?: string
}

/** What a schema expects, in words: "a whole number from 1 to 10". */
export function expectation(schema: unknown): string {
  const described = (schema ?? {}) as Described
  if (described['x-expected'] !== undefined) return described['x-expected']
  if (described.enum !== undefined) return `one of ${described.enum.map((value) => String(value)).join(', ')}`
  if (described.const !== undefined) return String(described.const)
  if (described.anyOf !== undefined) return described.anyOf.map(expectation).join(' or ')
  switch (described.type) {
    case 'integer':
      return `a whole number${range(described.minimum, described.maximum, '')}`
    case 'number':
      return `a number${range(described.minimum, described.maximum, '')}`
    case 'string':
      if (described.format !== undefined) return `a text in the form ${described.format}`
      if (described.pattern !== undefined) return `a text that matches ${described.pattern}`
      return textExpectation(described)
    case 'boolean':
      return 'true or false'
    case 'object':
      return 'an object'
    case 'array':
      return 'a list'
    case 'null':
      return 'null'
    default:
      return 'a value that is allowed here'
  }
}

function textExpectation({ minLength, maxLength }: Described): string {
  if (minLength === 1 && maxLength === undefined) return 'a text that is not empty'
  return `a text${range(minLength, maxLength, ' characters')}`
}

function range(low: number | undefined, high: number | undefined, unit: string): string {
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}${unit}`
  if (low !== undefined) return ` of at least ${low}${unit}`
  if (high !== undefined) return ` of at most ${high}${unit}`
  return ''
}
