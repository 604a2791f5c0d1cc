/**
 * The reference of the API for people: a page made of the OpenAPI document, and one of the AsyncAPI document.
 * One document each, without scripts, whose only style is its own: it asks for nothing else, on this host or
 * on another.
 */
import { createHash } from 'node:crypto'
import { type Html, html, NO_HTML } from './html.ts'
import { STYLE } from './reference-style.ts'
import { fieldsHtml, prose, type Schema, typeHtml } from './schema-html.ts'

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: Schema
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>
interface Told {
  readonly $ref?: string
  readonly description?: string
  readonly content?: Content
}
interface Operation {
  readonly operationId: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly deprecated?: boolean
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, Told>>
}
/** As much of the OpenAPI document as is shown. */
export interface Described {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly tags?: readonly { readonly name: string; readonly description?: string }[]
  readonly servers?: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly responses: Readonly<Record<string, Told>>
  }
}

interface Named extends Operation {
  readonly method: string
  readonly path: string
}

/** As much of the AsyncAPI document as is shown. */
export interface DescribedEvents {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly components: {
    readonly messages: Readonly<
      Record<
        string,
        { readonly title: string; readonly summary: string; readonly payload: { readonly schema: Schema } }
      >
    >
  }
}

/** Nobody frames the page, and nothing in it may do or load anything. */
export const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    'img-src data:',
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** @param basePath before the addresses of the documents */
export function referencePage(document: Described, basePath: string): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Named => ({ ...operation, method, path })),
  )
  const groups = (document.tags ?? [])
    .map(({ name, description }) => ({
      name,
      description,
      operations: operations.filter(({ tags }) => tags?.[0] === name),
    }))
    .filter((group) => group.operations.length > 0)
  const schemas = Object.entries(document.components.schemas)
  const index = html`${groups.map(
    (group) => html`<li><a href="#${group.name}">${group.name}</a><ul>${group.operations.map(
      ({ operationId, deprecated }) =>
        html`<li><a${deprecated === true ? html` class="old"` : NO_HTML} href="#${operationId}">${operationId}</a></li>`,
    )}</ul></li>
`,
  )}<li><a href="#schemas">Schemas</a></li>`
  const server = document.servers?.[0]?.url ?? ''
  const body = html`${groups.map(
    (group) => html`<section id="${group.name}">
<h2>${group.name}</h2>
<p>${prose(group.description)}</p>
${group.operations.map((operation) => operationHtml(operation, document, server))}</section>
`,
  )}<section id="schemas">
<h2>Schemas</h2>
${schemas.map(([name, schema]) => schemaHtml(`schema-${name}`, name, schema))}</section>`
  const links = html`<a href="${basePath}/openapi.json">openapi.json</a> <a href="${basePath}/docs/events">Events</a>`
  return page(document.info, links, index, body)
}

/** @param basePath before the addresses of the documents */
export function eventsPage(document: DescribedEvents, basePath: string): string {
  const messages = Object.entries(document.components.messages)
  const index = html`${messages.map(([name]) => html`<li><a href="#${name}">${name}</a></li>`)}`
  const body = html`<section>
${messages.map(
  ([name, { title, summary, payload }]) => html`<article id="${name}">
<h3>${title}</h3>
<p class="path"><code>${name}</code></p>
<p>${prose(summary)}</p>
${fieldsHtml(payload.schema)}
</article>
`,
)}</section>`
  const links = html`<a href="${basePath}/asyncapi.json">asyncapi.json</a> <a href="${basePath}/docs">API</a>`
  return page(document.info, links, index, body)
}

function operationHtml(operation: Named, { components }: Described, server: string): Html {
  const { operationId, method, path, summary, description, deprecated, parameters = [] } = operation
  const responses = Object.entries(operation.responses).map(([status, told]) => ({
    status,
    told: told.$ref === undefined ? told : (components.responses[told.$ref.split('/').at(-1)!] ?? told),
  }))
  const answers = responses.filter(({ status }) => Number(status) < 400)
  const refusals = responses.filter(({ status }) => Number(status) >= 400)
  return html`<article id="${operationId}">
<h3>${prose(summary)}${deprecated === true ? html` <strong class="badge">deprecated</strong>` : NO_HTML}</h3>
<p><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></p>
<p class="path"><code>${operationId}</code> <a href="#${operationId}" aria-label="Link to ${operationId}">#</a></p>
${description === undefined ? NO_HTML : html`<p class="about">${prose(description)}</p>`}
<details><summary>Parameters, body and answers</summary>
${parameters.length === 0 ? NO_HTML : html`<h4>Parameters</h4><ul class="fields">${parameters.map(parameterHtml)}</ul>`}
${operation.requestBody === undefined ? NO_HTML : html`<h4>Body</h4>${contentHtml(operation.requestBody.content)}`}
${answers.map(({ status, told }) => html`<h4>${status}</h4>${contentHtml(told.content ?? {})}`)}
<h4>Refusals</h4><p>${refusals.map(
    ({ status, told }) => html`<code>${status}</code> ${told.description ?? ''} `,
  )}</p>
<pre>curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} -H "Authorization: Bearer $KEY" ${server}${path}</pre>
</details>
</article>
`
}

function parameterHtml({ name, in: place, required, description, schema = {} }: Parameter): Html {
  return html`<li><span class="field"><code>${name}</code> <small>${place}${required === true ? '' : ', optional'}</small></span> <span class="type">${typeHtml(schema)}</span>${
    description === undefined ? NO_HTML : html`<div class="about">${prose(description)}</div>`
  }</li>
`
}

function contentHtml(content: Content): Html {
  const kinds = Object.entries(content)
  if (kinds.length === 0) return html`<p class="about">No content</p>`
  return html`${kinds.map(
    ([kind, { schema = {} }]) =>
      html`<p><code>${kind}</code> <span class="type">${typeHtml(schema)}</span></p>${fieldsHtml(schema)}`,
  )}`
}

function schemaHtml(id: string, name: string, schema: Schema): Html {
  return html`<article id="${id}">
<h3>${name}</h3>
<p><span class="type">${typeHtml(schema)}</span>${schema.description === undefined ? NO_HTML : html` ${prose(schema.description)}`}</p>
${fieldsHtml(schema)}
</article>
`
}

function page(info: Described['info'], links: Html, index: Html, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title} ${info.version}</title>
<link rel="icon" href="data:,">
<style>${{ html: STYLE }}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<nav aria-label="Contents">
<p class="title"><strong>${info.title}</strong> ${info.version}</p>
<p class="links">${links}</p>
<ul>
${index}
</ul>
</nav>
<main id="content">
<h1>${info.title}</h1>
${(info.description ?? '').split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
${body}
</main>
</body>
</html>
`.html
}
