import { it } from 'vitest'
import { expectReferencePage } from '../../test/support/reference-page.ts'
import { configurationPage } from './configuration-page.ts'

it('docs/reference/configuration.md tells the settings as they are', () => {
  expectReferencePage('configuration.md', configurationPage())
})
