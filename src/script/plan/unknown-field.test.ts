import { expect, it } from 'vitest'
import { unknownField } from './unknown-field.ts'

it.each([
  ['name', ['id', 'Name'], "Field 'name' not found: names are case-sensitive, there is 'Name'"],
  ['zz', ['id', 'Name'], "Field 'zz' not found: the source has id, Name"],
  [
    'amuont',
    ['id', 'amount'],
    "Field 'amuont' not found: the source has id, amount (did you mean 'amount'?)",
  ],
  ['zz', [], "Field 'zz' not found: the source has no fields"],
  [
    'zz',
    Array.from({ length: 12 }, (_, index) => `f${index}`),
    "Field 'zz' not found: the source has f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 and 2 more",
  ],
])('The fault for %s among %j says what there is', (name, known, message) => {
  expect(unknownField(name, known).fault).toMatchObject({ code: 'FieldNotFound', message })
})
