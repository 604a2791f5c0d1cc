/** SubField with two arguments: one output row per part of the text (SEMANTICS J17, J18, B16). */

import type { Evaluator } from '../evaluate/evaluate.ts'
import type { Expression } from '../syntax/expression.ts'
import { textOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import type { Place } from './context-functions.ts'
import type { RowMultiplier } from './level-machine.ts'

const ONE_NULL: readonly Value[] = [null]

export function subField(args: readonly Expression[], { context, state, compile }: Place): Evaluator {
  const text = compile(args[0]!)
  const delimiter = compile(args[1]!)
  const { settings } = context
  const multiplier: RowMultiplier = {
    current: null,
    parts: () => {
      const whole = textOf(text(), settings)
      if (whole === null || whole === '') return ONE_NULL
      const mark = textOf(delimiter(), settings)
      return mark === null || mark === '' ? [whole] : whole.split(mark)
    },
  }
  state.multipliers.push(multiplier)
  return () => multiplier.current
}
