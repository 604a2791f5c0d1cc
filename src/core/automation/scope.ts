/**
 * What templates and conditions of a run may name: `input`, `automation`, `run`, and `steps.<id>` of the
 * steps before. Only what is there as data is found, never what every object has.
 */
import { defined } from '../defined.ts'
import { timeText } from '../time-text.ts'
import type { Json } from './automation.ts'
import type { AutomationRun } from './run.ts'

/** What every step has under `steps.<id>`. */
export const STATUS = 'status'

export type Scope = (path: readonly string[]) => Json | undefined

export function scopeOf(run: AutomationRun): Scope {
  return (path) => {
    const [root, ...rest] = path
    switch (root) {
      case 'input':
        return within(run.input, rest)
      case 'automation':
        return within({ id: run.automationId, name: run.automationName }, rest)
      case 'run': {
        const { id, cause, startedAt } = run
        return within({ id, trigger: cause.kind, startedAt: timeText(startedAt ?? run.createdAt) }, rest)
      }
      case 'steps':
        return stepValue(run, rest)
      default:
        return undefined
    }
  }
}

function stepValue({ results }: AutomationRun, [id, ...rest]: readonly string[]): Json | undefined {
  const result = results.find(({ stepId }) => stepId === id)
  if (result === undefined) return undefined
  const { state, error, answer } = result
  const shown: { readonly [name: string]: Json } = {
    ...(isObject(answer) ? answer : {}),
    [STATUS]: state,
    ...defined({ error }),
  }
  if (rest[0] !== 'json') return within(shown, rest)
  return typeof shown.body === 'string' ? within(jsonOf(shown.body), rest.slice(1)) : undefined
}

/** The body of an answer, read as JSON when a template asks for it. */
function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function within(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found = value
  for (const name of path) {
    if (Array.isArray(found))
      found = /^\d{1,6}$/.test(name) ? (found[Number(name)] as Json | undefined) : undefined
    else if (isObject(found)) found = Object.hasOwn(found, name) ? found[name] : undefined
    else return undefined
  }
  return found
}

export function isObject(value: unknown): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
