/** JSON Schemas for people: types in words, fields as a list, named schemas as links to where they stand. */
import { type Html, html, NO_HTML } from './html.ts'

/** As much of a schema as the documents of this service have. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly deprecated?: boolean
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly default?: unknown
}

/** Text of ours in which `code` stands between backticks. */
export function prose(text: string | undefined): Html {
  const parts = (text ?? '').split('`')
  return {
    html: parts.map((part, at) => (at % 2 === 0 ? html`${part}` : html`<code>${part}</code>`).html).join(''),
  }
}

/** A type in words, such as "array of Reload" or "integer, 1 to 10". */
export function typeHtml(schema: Schema): Html {
  const { $ref, anyOf, oneOf, items, type, additionalProperties } = schema
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1)!
    return html`<a href="#schema-${name}">${name}</a>`
  }
  const choices = anyOf ?? oneOf
  if (choices !== undefined) return joined(choices.map(typeHtml), ' or ')
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`
  if (schema.enum !== undefined) {
    return joined(
      schema.enum.map((value) => html`<code>${String(value)}</code>`),
      ' | ',
    )
  }
  if (type === 'array')
    return html`array of ${items === undefined ? html`anything` : typeHtml(items)}${limits(schema)}`
  if (type === 'object' && typeof additionalProperties === 'object') {
    return html`object, each value ${typeHtml(additionalProperties)}`
  }
  const name = [type ?? 'anything'].flat().join(' or ')
  return html`${schema.format === undefined ? name : `${name} (${schema.format})`}${limits(schema)}`
}

/** The fields below a type, each with those below it; nothing for a type without fields. */
export function fieldsHtml(schema: Schema): Html {
  const owner = withFields(schema)
  if (owner?.properties === undefined) return NO_HTML
  const required = new Set(owner.required ?? [])
  const rows = Object.entries(owner.properties).map(
    ([name, field]) => html`<li><span class="field"><code>${name}</code>${
      required.has(name) ? NO_HTML : html` <small>optional</small>`
    }${field.deprecated === true ? html` <small>deprecated</small>` : NO_HTML}</span> <span class="type">${typeHtml(field)}</span>${
      field.description === undefined ? NO_HTML : html`<div class="about">${prose(field.description)}</div>`
    }${fieldsHtml(field)}</li>
`,
  )
  return html`<ul class="fields">${rows}</ul>`
}

/** The object whose fields a reader wants: of a list its item, of choices the first with fields. */
function withFields(schema: Schema): Schema | undefined {
  if (schema.properties !== undefined) return schema
  const inner = schema.items === undefined ? (schema.anyOf ?? schema.oneOf ?? []) : [schema.items]
  return inner.map(withFields).find((found) => found !== undefined)
}

function limits(schema: Schema): Html {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern } = schema
  const told = [
    range(minimum, maximum, ''),
    range(minLength, maxLength, ' characters'),
    range(minItems, maxItems, ' items'),
    pattern === undefined ? '' : `matching ${pattern}`,
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ].filter((text) => text !== '')
  return told.length === 0 ? NO_HTML : html`<span class="limits">, ${told.join(', ')}</span>`
}

function range(low: number | undefined, high: number | undefined, unit: string): string {
  if (low === undefined && high === undefined) return ''
  if (high === undefined) return `at least ${low}${unit}`
  return low === undefined ? `at most ${high}${unit}` : `${low} to ${high}${unit}`
}

function joined(parts: readonly Html[], between: string): Html {
  return { html: parts.map((part) => part.html).join(between) }
}
