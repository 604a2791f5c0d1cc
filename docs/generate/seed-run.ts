/**
 * The finished events of the run in test/e2e/seed-run.test.ts, by story, as docs/reference/seed-run.json has
 * them: whole, as a receiver got them once. A later run must show the same, but for what is new in every run.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type { CloudEvent } from '../../src/event/stored-event.ts'

export type SeedRun = Readonly<Record<string, CloudEvent>>

const FILE = new URL('../reference/seed-run.json', import.meta.url)

export function keptRun(): SeedRun {
  return JSON.parse(readFileSync(FILE, 'utf8'))
}

export function keepRun(run: SeedRun): void {
  writeFileSync(FILE, `${JSON.stringify(run, null, 2)}\n`)
}

/** Beside ids and times: one error text counts bytes, and which engine is enough varies with its process. */
const NEW_IN_EVERY_RUN = new Set(
  [
    'id time tenantid userid ownerid spaceid toplevelresourceid sessionid clientid authclaims',
    'appId userId tenantId taskId resourceId creationTime startTime lastReloadTime durationSeconds enginePoolName errorMessage',
  ].flatMap((names) => names.split(' ')),
)

/** The run with its constant values and, of what is new in every run, the presence alone. */
export function constantPart(run: SeedRun): unknown {
  return JSON.parse(
    JSON.stringify(run, (name, value) =>
      NEW_IN_EVERY_RUN.has(name) && typeof value !== 'object' ? 'there' : value,
    ),
  )
}

export interface SeenField {
  /** Names of the stories in which the field is there. */
  readonly filled: readonly string[]
  readonly leftOut: readonly string[]
  /** Distinct values in the order of stories. */
  readonly values: readonly unknown[]
}

/** @param field `data.` precedes a member of data */
export function seenOf(run: SeedRun, field: string): SeenField {
  const [, name = ''] = /^data\.(.*)$/.exec(field) ?? []
  const values = Object.entries(run).map(
    ([story, event]) => [story, name === '' ? event[field] : event.data[name]] as const,
  )
  const filled = values.filter(([, value]) => value !== undefined)
  return {
    filled: filled.map(([story]) => story),
    leftOut: values.filter(([, value]) => value === undefined).map(([story]) => story),
    values: [...new Set(filled.map(([, value]) => value))],
  }
}
