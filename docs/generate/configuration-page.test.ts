import { it } from 'vitest'
import { expectReferencePage } from '../../test/support/reference-page.ts'
import { configurationPage, LIMIT_VARIABLES } from './configuration-page.ts'
import { limitsPage } from './limits-page.ts'

it('docs/reference/configuration.md tells the settings as they are', () => {
  expectReferencePage('configuration.md', configurationPage())
})

it('docs/reference/limits.md tells the limits, their defaults, settings and relations', () => {
  expectReferencePage('limits.md', limitsPage(LIMIT_VARIABLES))
})
