/** A call with its values: what goes out, and what of it the history may show. */
import { defined } from '../defined.ts'
import type { CallMethod, CallStep, Json } from './automation.ts'
import { OMITTED } from './document-record.ts'
import { SENT_BODY_MAX_CHARACTERS } from './limits.ts'
import type { Scope } from './scope.ts'
import { type Rendered, renderJson, renderText } from './template.ts'

export interface RenderedCall {
  readonly method: CallMethod
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Sealed. */
  readonly sealedHeaders: Readonly<Record<string, string>>
  readonly body?: { readonly text: string; readonly contentType: string }
}

/** A part of a path that URL parsers take for a way up or for nothing. */
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i

export function renderCall(step: CallStep, scope: Scope): Rendered<RenderedCall> {
  const url = renderText(step.url, scope, 'url')
  if (url.kind === 'fault') return within('url', url.detail)
  if (DOT_SEGMENT.test(url.value)) return within('url', 'with its values its path has a part "." or ".."')
  const headers: Record<string, string> = {}
  for (const [name, template] of Object.entries(step.headers)) {
    const value = renderText(template, scope, 'header')
    if (value.kind === 'fault') return within(name, value.detail)
    headers[name] = value.value
  }
  const body = renderBody(step.body, scope)
  if (body?.kind === 'fault') return within('body', body.detail)
  const { method, sealedHeaders } = step
  const call = {
    method,
    url: url.value,
    headers,
    sealedHeaders,
    ...defined({ body: body?.value }),
  }
  return { kind: 'rendered', value: call }
}

/** Never shown, even where they were configured as plain headers. */
const MASKED = ['authorization', 'proxy-authorization', 'cookie']

/** For the history. */
export function shownCall({ method, url, headers, sealedHeaders, body }: RenderedCall): Json {
  const masked = Object.keys(headers).filter((name) => MASKED.includes(name.toLowerCase()))
  const secret = Object.fromEntries([...Object.keys(sealedHeaders), ...masked].map((name) => [name, OMITTED]))
  return {
    method,
    url,
    headers: { ...headers, ...secret },
    ...(body === undefined ? {} : { body: body.text.slice(0, SENT_BODY_MAX_CHARACTERS) }),
  }
}

function renderBody(
  template: Json | undefined,
  scope: Scope,
): Rendered<NonNullable<RenderedCall['body']>> | undefined {
  if (template === undefined) return undefined
  if (typeof template === 'string') {
    const text = renderText(template, scope, 'text')
    if (text.kind === 'fault') return text
    return { kind: 'rendered', value: { text: text.value, contentType: 'text/plain; charset=utf-8' } }
  }
  const json = renderJson(template, scope)
  if (json.kind === 'fault') return json
  return { kind: 'rendered', value: { text: JSON.stringify(json.value), contentType: 'application/json' } }
}

function within(part: string, detail: string): { readonly kind: 'fault'; readonly detail: string } {
  return { kind: 'fault', detail: `${part}: ${detail}` }
}
