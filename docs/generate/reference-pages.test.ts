import { expect, it } from 'vitest'
import { ACTIVE_STATES } from '../../src/core/outcome.ts'
import { FAULT_KINDS } from '../../src/script/fault/fault-codes.ts'
import { expectReferencePage } from '../../test/support/reference-page.ts'
import { productFiles, thisTree } from '../../test/tidy/source-tree.ts'
import { attemptsPage } from './attempts-page.ts'
import { errorsPage } from './errors-page.ts'
import { reloadStates, statesPage } from './reload-states.ts'
import { rightsPage } from './rights-page.ts'
import { scriptFaultsPage } from './script-faults-page.ts'

it('docs/reference/states.md tells what the state machine does', () => {
  expectReferencePage('states.md', statesPage())
})

it('docs/reference/attempts.md tells the table of attempt ends', () => {
  expectReferencePage('attempts.md', attemptsPage())
})

it('docs/reference/errors.md lists the table of errors', () => {
  expectReferencePage('errors.md', errorsPage())
})

it('docs/reference/script-faults.md lists the table of faults', () => {
  expectReferencePage('script-faults.md', scriptFaultsPage())
})

it('every kind of fault in the table is raised somewhere in the product', () => {
  const tree = thisTree()
  const product = productFiles(tree)
    .map((path) => tree.text(path))
    .join('\n')
  const raised = new Set([...product.matchAll(/\bfaults\.(\w+)/g)].map(([, name]) => name))
  expect(Object.keys(FAULT_KINDS).filter((name) => !raised.has(name))).toEqual([])
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

it('docs/reference/rights.md tells who may do what', () => {
  expectReferencePage('rights.md', rightsPage())
})
