/** Aggregations that the engine computes while it groups the rows (SEMANTICS B8, B9, J5 to J12). */

import { plainly } from './shown-by.ts'
import type { FunctionGroups } from './site/function-row.ts'

export const GROUP_AGGREGATIONS: FunctionGroups = {
  Aggregation: [
    { name: 'Avg', min: 1, max: 1, seen: 8, shows: plainly, fold: { operation: 'average' } },
    { name: 'Concat', min: 1, max: 3, seen: 40, fold: { operation: 'concat', weight: 2, constant: 1 } },
    { name: 'Count', min: 1, max: 1, seen: 62, fold: { operation: 'count' } },
    {
      name: 'FirstSortedValue',
      min: 2,
      max: 3,
      seen: 0,
      gives: [0],
      fold: { operation: 'first-sorted', weight: 1, constant: 2 },
    },
    { name: 'FirstValue', min: 1, max: 1, seen: 0, gives: [0], fold: { operation: 'first' } },
    { name: 'LastValue', min: 1, max: 1, seen: 0, gives: [0], fold: { operation: 'last' } },
    { name: 'Max', min: 1, max: 2, seen: 79, shows: plainly, fold: { operation: 'max', constant: 1 } },
    { name: 'MaxString', min: 1, max: 1, seen: 23, fold: { operation: 'max-text' } },
    { name: 'Median', min: 1, max: 1, seen: 0, shows: plainly, fold: { operation: 'median' } },
    { name: 'Min', min: 1, max: 2, seen: 44, shows: plainly, fold: { operation: 'min', constant: 1 } },
    { name: 'MinString', min: 1, max: 1, seen: 1, fold: { operation: 'min-text' } },
    { name: 'MissingCount', min: 1, max: 1, seen: 0, fold: { operation: 'missing-count' } },
    { name: 'Mode', min: 1, max: 1, seen: 0, gives: [0], fold: { operation: 'mode' } },
    { name: 'NullCount', min: 1, max: 1, seen: 0, fold: { operation: 'null-count' } },
    { name: 'NumericCount', min: 1, max: 1, seen: 0, fold: { operation: 'number-count' } },
    { name: 'Only', min: 1, max: 1, seen: 8, gives: [0], fold: { operation: 'only' } },
    { name: 'StDev', min: 1, max: 1, seen: 1, shows: plainly, fold: { operation: 'standard-deviation' } },
    { name: 'Sum', min: 1, max: 1, seen: 166, shows: plainly, fold: { operation: 'sum' } },
    { name: 'TextCount', min: 1, max: 1, seen: 0, fold: { operation: 'text-count' } },
  ],
}
