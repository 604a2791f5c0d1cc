/**
 * Reading JSON bodies: UTF-8 that is truly UTF-8, no "__proto__" tricks, and an empty body taken as no body,
 * because clients send `Content-Type: application/json` on requests without one. JSON Patch lists come under
 * either media type (contract 05, section 1). Everything else is 415. A lone surrogate ("\ud800") becomes
 * the replacement character: a text that holds one cannot be stored or sorted as it is.
 */
import type { FastifyError } from 'fastify'
import type { ApiServer } from './deps.ts'
import { refuse } from './problem.ts'

export function installBodies(server: ApiServer): void {
  const parseJson = server.getDefaultJsonParser('error', 'error')
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    ['application/json', 'application/json-patch+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (body.length === 0) return done(null, undefined)
      let text: string
      try {
        text = new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer)
      } catch {
        return done(refuse('badRequest', { detail: 'the body is not UTF-8' }) as unknown as FastifyError)
      }
      return parseJson(request, text, (error, parsed) => done(error, wellFormed(parsed, text)))
    },
  )
}

/** Returns `parsed` without lone surrogates; `json` is the text that it was read from. */
export function wellFormed(parsed: unknown, json: string): unknown {
  if (!SURROGATE_ESCAPE.test(json)) return parsed
  return JSON.parse(JSON.stringify(parsed), (_key, value: unknown) =>
    typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\ufffd') : value,
  )
}

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/
