/** How fields show their numbers that functions make (FACTS, QVD written). */
import type { Expression } from '../syntax/expression.ts'
import { PLAIN } from '../value/field-format.ts'
import type { Settings } from '../value/settings.ts'
import type { ShownBy } from './site/function-row.ts'

export const plainly: ShownBy = () => PLAIN

/** Years, days and the like. */
export const asPart: ShownBy = asWhole('###0')
/** Numbers that count. */
export const asCounter: ShownBy = asWhole('0')

function asWhole(format: string): ShownBy {
  return (_, settings) => ({ type: 'INTEGER', format, ...separators(settings) })
}

/** By the format that the call has as its second argument, or the settings' own. */
export function asMoment(type: string, own: (settings: Settings) => string): ShownBy {
  return ([, given], settings) => {
    const format = given === undefined ? '' : literalText(given)
    return format === undefined ? undefined : { type, format: format || own(settings) }
  }
}

/** A number is shown by a format only where the call has one. */
export const asNumber: ShownBy = ([, given], settings) => {
  const format = given && literalText(given)
  return format === undefined ? undefined : { type: 'REAL', format, ...separators(settings) }
}

export const asMoney: ShownBy = ([, given], { moneyFormat, moneyDecimalSep, moneyThousandSep }) => {
  const format = given === undefined ? moneyFormat : literalText(given)
  const marks = { decimalSep: moneyDecimalSep, thousandSep: moneyThousandSep }
  return format === undefined ? undefined : { type: 'MONEY', format, ...marks }
}

/** With the decimals of a step such as 0.01. */
export const asRounded: ShownBy = ([, step], settings) => {
  if (step?.kind !== 'number') return undefined
  const decimals = String(step.value).split('.')[1]?.length ?? 0
  return decimals === 0 ? undefined : { type: 'FIX', decimals, ...separators(settings) }
}

const literalText = (expression: Expression): string | undefined =>
  expression.kind === 'text' ? expression.value : undefined

const separators = ({ decimalSep, thousandSep }: Settings) => ({ decimalSep, thousandSep })
