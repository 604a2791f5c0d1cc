import { expect, it } from 'vitest'
import { ACTIVE_STATES } from '../../src/core/outcome.ts'
import { expectReferencePage } from '../../test/support/reference-page.ts'
import { attemptsPage } from './attempts-page.ts'
import { errorsPage } from './errors-page.ts'
import { reloadStates, statesPage } from './reload-states.ts'

it('docs/reference/states.md tells what the state machine does', () => {
  expectReferencePage('states.md', statesPage())
})

it('docs/reference/attempts.md tells the table of attempt ends', () => {
  expectReferencePage('attempts.md', attemptsPage())
})

it('docs/reference/errors.md lists the table of errors', () => {
  expectReferencePage('errors.md', errorsPage())
})

it('the table of states has every way into every state', () => {
  const cells = reloadStates().flatMap(({ becomes }) => ACTIVE_STATES.map((state) => becomes[state]))
  const reached = new Set(cells.map((cell) => cell.match(/^\*\*(\w+)\*\*/)?.[1] ?? 'refused'))
  expect([...reached].sort()).toEqual([
    'CANCELED',
    'CANCELING',
    'EXCEEDED_LIMIT',
    'FAILED',
    'QUEUED',
    'RELOADING',
    'SUCCEEDED',
    'refused',
  ])
})
