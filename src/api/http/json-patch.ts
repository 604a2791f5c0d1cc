/**
 * The part of JSON Patch (RFC 6902) that the catalog takes: a list of `replace` operations on fields named by
 * the resource. Lists come as application/json or application/json-patch+json; `op` in any case.
 */
import { type Static, Type } from 'typebox'
import { refuse } from './problem.ts'

export const JsonPatch = Type.Array(
  Type.Object({ op: Type.String(), path: Type.String(), value: Type.Optional(Type.Unknown()) }),
  { title: 'JsonPatch', minItems: 1, maxItems: 20 },
)

/**
 * The text values of a patch by field; of two for one field the last wins.
 * @param fields names of text fields that may be replaced, with the most characters each takes
 * @throws refusal 400 naming the operation
 */
export function replacedTexts<Field extends string>(
  patch: Static<typeof JsonPatch>,
  fields: Readonly<Record<Field, number>>,
): Partial<Record<Field, string>> {
  const values: Partial<Record<Field, string>> = {}
  patch.forEach(({ op, path, value }, index) => {
    const field = path.slice(1) as Field
    if (op.toLowerCase() !== 'replace') throw wrong(`/${index}/op`, 'op must be replace')
    if (!path.startsWith('/') || !Object.hasOwn(fields, field)) {
      const known = Object.keys(fields).map((name) => `/${name}`)
      throw wrong(`/${index}/path`, `path must be one of ${known.join(', ')}`)
    }
    if (typeof value !== 'string' || value.length > fields[field]) {
      throw wrong(`/${index}/value`, `value must be a text of at most ${fields[field]} characters`)
    }
    values[field] = value
  })
  return values
}

function wrong(pointer: string, detail: string): Error {
  return refuse('badRequest', { detail, pointer })
}
