/**
 * What serializers and clients of others send where they mean nothing (contract 07): an empty query value,
 * the text `undefined`, a repeated parameter, null in an optional member. They are read as what was meant, in
 * one place for every route, before its schema judges the request.
 */

/** The part of a JSON Schema that tells where a value may be left out. */
interface Shape {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly discriminator?: { readonly propertyName: string }
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
}

/** What a client sends as a value that it does not have. */
const NO_VALUE = new Set(['', 'undefined'])

/**
 * Takes out of a query what counts as absent, and of a repeated scalar all but the last. A parameter that the
 * schema takes as a list keeps all that is in it.
 */
export function tidyQuery(schema: Shape, sent: unknown): void {
  const query = sent as Record<string, unknown>
  for (const [name, value] of Object.entries(query)) {
    const values = [value].flat().filter((one) => !NO_VALUE.has(one as string))
    const isList = schema.properties?.[name]?.type === 'array'
    if (values.length === 0) delete query[name]
    else query[name] = isList ? values : values.at(-1)
  }
}

/**
 * Takes null out of optional members that do not take it, at any depth that the schema describes. Members
 * that take null, and what the schema leaves open, stay as they are.
 */
export function dropNulls(schema: Shape, value: unknown): void {
  for (const one of schema.oneOf ?? []) if (isChosen(one, schema, value)) dropNulls(one, value)
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) dropNulls(schema.items, item)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const members = value as Record<string, unknown>
  for (const [name, shape] of Object.entries(schema.properties ?? {})) {
    if (!Object.hasOwn(members, name)) continue
    const isOptional = schema.required?.includes(name) !== true
    if (members[name] === null && isOptional && !takesNull(shape)) delete members[name]
    else dropNulls(shape, members[name])
  }
}

/** Of several documents, the one whose telling member has this value. */
function isChosen({ properties }: Shape, { discriminator }: Shape, value: unknown): boolean {
  const name = discriminator?.propertyName ?? ''
  return (
    properties?.[name]?.enum?.includes((value as Readonly<Record<string, unknown>> | null)?.[name]) === true
  )
}

function takesNull(shape: Shape): boolean {
  if (shape.anyOf !== undefined) return shape.anyOf.some(takesNull)
  if (shape.enum !== undefined) return shape.enum.includes(null)
  if (Object.hasOwn(shape, 'const')) return shape.const === null
  return shape.type === undefined || [shape.type].flat().includes('null')
}
