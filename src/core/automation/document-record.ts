/** The document of an automation as it is shown: what was sent, with every default, and without secrets. */
import { defined } from '../defined.ts'
import { SECOND } from '../units.ts'
import type { AutomationDocument, ChatTarget, Json, MailTarget, Step } from './automation.ts'

/** Stands where a secret is not shown; sent back it keeps the secret. */
export const OMITTED = '**OMITTED**'

/** Of an automation without a document: it starts by hand and does nothing. */
export const NO_STEPS: AutomationDocument = { version: 1, trigger: { kind: 'manual' }, steps: [] }

export function documentRecord({ version, trigger, steps }: AutomationDocument): Json {
  const { kind } = trigger
  const filter = kind === 'event' ? trigger.filter?.text : undefined
  return {
    version,
    trigger: kind === 'event' ? { kind, eventTypes: trigger.eventTypes, ...defined({ filter }) } : { kind },
    steps: steps.map(stepRecord),
  }
}

function stepRecord(step: Step): Json {
  const { id, kind, onFailure } = step
  const basis = { id, kind, ...defined({ when: step.when?.text }), onFailure }
  switch (step.kind) {
    case 'reload': {
      const { appId, partial, weight, variables } = step
      return { ...basis, appId, partial, ...defined({ weight }), variables }
    }
    case 'task':
      return { ...basis, taskId: step.taskId }
    case 'call': {
      const { method, url, headers, sealedHeaders: sealed, body, retries } = step
      const secretHeaders = Object.fromEntries(Object.keys(sealed).map((name) => [name, OMITTED]))
      return { ...basis, method, url, headers, secretHeaders, ...defined({ body }), retries }
    }
    case 'notify': {
      const { to, text, retries } = step
      const subject = to.channel === 'mail' ? to.subject : undefined
      return { ...basis, ...targetRecord(to), ...defined({ subject }), text, retries }
    }
    case 'wait':
      return { ...basis, seconds: step.ms / SECOND }
  }
}

/** To whom a message goes, the secret part of an address left out. */
export function targetRecord(to: Pick<MailTarget, 'channel' | 'to'> | ChatTarget): {
  readonly [name: string]: Json
} {
  if (to.channel === 'mail') return { mail: { to: to.to } }
  return { chat: { format: to.format, url: shownChatUrl(to.origin) } }
}

export function shownChatUrl(origin: string): string {
  return `${origin}/${OMITTED}`
}
