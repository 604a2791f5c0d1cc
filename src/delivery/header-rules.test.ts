import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pointerStep } from '../core/json-pointer.ts'
import { checkHeaders, HEADERS_MAX_BYTES } from './header-rules.ts'

describe('checkHeaders', () => {
  it.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'connection',
    'Content-Type',
    'user-agent',
    'QLIK-SIGNATURE',
    'webhook-id',
    'Webhook-Anything',
    'ce-id',
    'CE-Source',
  ])('refuses %s, in whichever map and case', (name) => {
    expect(checkHeaders({ [name]: 'x' }, {})).toMatchObject([{ pointer: `/headers/${name}` }])
    expect(checkHeaders({}, { [name.toUpperCase()]: 'x' })).toHaveLength(1)
  })

  it.each(['Authorization', 'X-Api-Key', 'cookie', 'x_custom.header~1', 'webhook', 'ce'])(
    'takes %s',
    (name) => {
      expect(checkHeaders({ [name]: 'a b\tc' }, {})).toEqual([])
    },
  )

  it('takes no value that could end the header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (value) => {
        const isClean = /^[\t -~]*$/.test(value)
        expect(checkHeaders({ a: value }, {}).length === 0).toBe(isClean)
      }),
    )
  })

  it('refuses a name twice without regard to case, over both maps', () => {
    expect(checkHeaders({ 'X-A': '1', 'x-a': '2' }, {})).toMatchObject([{ pointer: '/headers/x-a' }])
    expect(checkHeaders({ 'X-A': '1' }, { 'x-A': '2' })).toMatchObject([{ pointer: '/encryptedHeaders/x-A' }])
  })

  it('gives each map its own budget of bytes, names included', () => {
    const full = { a: 'x'.repeat(HEADERS_MAX_BYTES - 1) }
    expect(checkHeaders(full, { b: 'x'.repeat(HEADERS_MAX_BYTES - 1) })).toEqual([])
    expect(checkHeaders({ ...full, c: '' }, {})).toMatchObject([{ pointer: '/headers' }])
  })

  it('names a header by a pointer that can be followed, however it is spelt', () => {
    expect(pointerStep('a/b~c')).toBe('a~1b~0c')
    expect(checkHeaders({ 'a/b': '' }, {})).toMatchObject([{ pointer: '/headers/a~1b' }])
    expect(pointerStep('x'.repeat(10_000)).length).toBe(128)
  })
})
