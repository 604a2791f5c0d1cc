/**
 * Evaluates expression texts for tests of the load-script language and shows values in the notation of its
 * tables: `text#number` for a dual, `#number` without a text of its own, `∅` for NULL, `''` for the empty
 * text.
 */
import { recoded } from '../../src/engine/source/text-encoding.ts'
import { compile } from '../../src/script/evaluate/compile-expression.ts'
import type { Binding } from '../../src/script/function/site/binding.ts'
import { parseExpression } from '../../src/script/parse/parse-expression.ts'
import { numberText } from '../../src/script/value/number-text.ts'
import { DEFAULT_SETTINGS, type Settings } from '../../src/script/value/settings.ts'
import type { Value } from '../../src/script/value/value.ts'

export interface Surroundings {
  readonly settings?: Partial<Settings>
  readonly names?: Readonly<Record<string, Value>>
  readonly binding?: Partial<Binding>
}

export function bindingOf({ settings, names = {}, binding = {} }: Surroundings = {}): Binding {
  return {
    settings: { ...DEFAULT_SETTINGS, ...settings },
    // 2024-05-01 10:00:00 at the start, a minute later now; the engine stands two hours east of UTC.
    clock: {
      zone: 'Europe/Paris',
      reloadStart: 45_413 + 10 / 24,
      lastReload: 45_412.25,
      now: () => 45_413 + 10 / 24 + 1 / 1440,
      utc: () => 45_413 + 8 / 24 + 1 / 1440,
    },
    random: () => 0.25,
    system: {
      documentName: 'sales',
      documentPath: 'apps/sales',
      documentTitle: 'Sales',
      computerName: 'host',
      osUser: 'ada',
      engineVersion: '1.0',
      recode: recoded,
      attributes: { tenantId: 'acme', userName: 'Ada' },
    },
    partial: false,
    unknownNameIsNull: true,
    name: (name) => (name in names ? () => names[name] ?? null : undefined),
    call: () => undefined,
    ...binding,
  }
}

export function evaluated(expression: string, surroundings: Surroundings = {}): Value {
  return compile(parseExpression(expression), bindingOf(surroundings))()
}

export function shown(value: Value): string {
  if (value === null) return '∅'
  if (typeof value === 'string') return value === '' ? "''" : value
  if (typeof value === 'number') return `#${numberText(value, '.')}`
  return `${value.text}#${numberText(value.number, '.')}`
}
