import { expect, test } from 'vitest'
import { defined } from './defined.ts'

interface Named {
  readonly id: number
  readonly name?: string
}

test('A member without a value is not there; null, zero and empty are values', () => {
  const name: string | undefined = undefined
  const named: Named = { id: 0, ...defined({ name }) }
  expect(Object.keys(named)).toEqual(['id'])
  expect(defined({ a: undefined, b: null, c: 0, d: '', e: false })).toEqual({
    b: null,
    c: 0,
    d: '',
    e: false,
  })
})

test('The whole record may be given', () => {
  const named: Named = defined({ id: 1, name: 'one' as string | undefined })
  expect(named).toEqual({ id: 1, name: 'one' })
})
