/** Checks a finished event against the JSON Schema of the contract; returns one text per fault. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { FINISHED_EVENT_SCHEMA } from '../event/finished-event-schema.ts'

export function finishedEventFaults(event: unknown): string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  formats.default(ajv)
  const check = ajv.compile(FINISHED_EVENT_SCHEMA)
  if (check(event)) return []
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'the event'} ${message}`)
}
