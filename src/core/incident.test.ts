import { expect, it } from 'vitest'
import { incidentChange } from './incident.ts'
import { OUTCOMES } from './outcome.ts'

it('an incident is opened by the first failure and closed by the first success, once each', () => {
  const told = (failing: boolean) => OUTCOMES.map((outcome) => [outcome, incidentChange(failing, outcome)])
  expect(told(false)).toEqual([
    ['SUCCEEDED', undefined],
    ['FAILED', 'opened'],
    ['CANCELED', undefined],
    ['EXCEEDED_LIMIT', 'opened'],
  ])
  expect(told(true)).toEqual([
    ['SUCCEEDED', 'closed'],
    ['FAILED', undefined],
    ['CANCELED', undefined],
    ['EXCEEDED_LIMIT', undefined],
  ])
})
