/** A step that calls an address, as it is sent. */
import { defined } from '../defined.ts'
import { CALL_METHODS, type CallStep, type Json, type Step, type StepBasis } from './automation.ts'
import { checkJson, checkTemplate } from './check-templates.ts'
import { RETRIES_DEFAULT, RETRIES_MAX, TEMPLATE_MAX_CHARACTERS } from './limits.ts'
import type { DocumentFault, Members, Reading } from './reading.ts'

export interface CallRules {
  /** Why an address may not be called; undefined when it may. */
  readonly urlFault: (url: string) => string | undefined
  /** Faults of headers, by pointers into an object with `headers` and `encryptedHeaders`. */
  readonly headerFaults: (
    headers: Readonly<Record<string, string>>,
    secret: Readonly<Record<string, string>>,
  ) => readonly DocumentFault[]
  /** The sealed value; undefined when `OMITTED` (document-record.ts) stands for one that is not kept. */
  readonly seal: (stepId: string, header: string, value: string) => string | undefined
}

const HEADERS_MAX_COUNT = 50

export function readCall(
  reading: Reading,
  step: Members,
  basis: StepBasis,
  earlier: readonly Step[],
  rules: CallRules,
): CallStep {
  const method = step.oneOf('method', CALL_METHODS) ?? 'POST'
  const url = step.needed('url', step.text('url', TEMPLATE_MAX_CHARACTERS))
  if (url !== undefined) checkUrl(step, url, earlier, rules)
  const headers = step.texts('headers', HEADERS_MAX_COUNT, TEMPLATE_MAX_CHARACTERS) ?? {}
  for (const [name, value] of Object.entries(headers)) checkTemplate(step, 'headers', value, earlier, name)
  const secret = step.texts('secretHeaders', HEADERS_MAX_COUNT, TEMPLATE_MAX_CHARACTERS) ?? {}
  for (const { pointer, detail } of rules.headerFaults(headers, secret)) {
    reading.fault(step.pointer + pointer.replace(/^\/encryptedHeaders/, '/secretHeaders'), detail)
  }
  const body = step.get('body') as Json | undefined
  if (body !== undefined && method === 'GET') step.fault('body', 'a GET has no body')
  if (body !== undefined) checkJson(reading, body, step.at('body'), earlier)
  return {
    ...basis,
    kind: 'call',
    method,
    url: url ?? '',
    headers,
    sealedHeaders: sealedHeaders(step, basis.id, secret, rules),
    ...defined({ body }),
    retries: step.integer('retries', 0, RETRIES_MAX) ?? RETRIES_DEFAULT,
  }
}

function sealedHeaders(
  step: Members,
  stepId: string,
  secret: Readonly<Record<string, string>>,
  rules: CallRules,
): Readonly<Record<string, string>> {
  const sealed: Record<string, string> = {}
  for (const [name, value] of Object.entries(secret)) {
    const kept = rules.seal(stepId, name, value)
    if (kept !== undefined) sealed[name] = kept
    else step.fault('secretHeaders', `send the value of ${name.slice(0, 128)}: none is kept under this step`)
  }
  return sealed
}

/** The host is no template: whoever feeds the run cannot choose whom it speaks to. */
function checkUrl(step: Members, url: string, earlier: readonly Step[], rules: CallRules): void {
  if (!/^https?:\/\/[^\s/?#\\{}]+(?:[/?#]|$)/i.test(url)) {
    step.fault(
      'url',
      'must begin with https:// and the name of a host: templates are for what comes after it',
    )
    return
  }
  checkTemplate(step, 'url', url, earlier)
  const detail = rules.urlFault(url.replace(/\{\{[^{}]*\}\}/g, 'x'))
  if (detail !== undefined) step.fault('url', detail)
}
