import { describe, expect, it, test } from 'vitest'
import { applyPatch, type PatchOperation } from './json-patch.ts'

const patched = (document: unknown, ...operations: PatchOperation[]) => {
  const result = applyPatch(document, operations)
  if (result.kind === 'fault') throw new Error(`${result.pointer}: ${result.detail}`)
  return result.document
}
const faultOf = (document: unknown, ...operations: PatchOperation[]) => {
  const result = applyPatch(document, operations)
  return result.kind === 'fault' ? result.pointer : 'no fault'
}

/** The examples of RFC 6902, appendix A, that are about the operations. */
test.each<[string, unknown, PatchOperation[], unknown]>([
  ['A.1', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
  [
    'A.2',
    { foo: ['bar', 'baz'] },
    [{ op: 'add', path: '/foo/1', value: 'qux' }],
    { foo: ['bar', 'qux', 'baz'] },
  ],
  ['A.3', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  ['A.4', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
  [
    'A.5',
    { baz: 'qux', foo: 'bar' },
    [{ op: 'replace', path: '/baz', value: 'boo' }],
    { baz: 'boo', foo: 'bar' },
  ],
  [
    'A.6',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'A.7',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  [
    'A.8',
    { baz: 'qux', foo: ['a', 2, 'c'] },
    [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    { baz: 'qux', foo: ['a', 2, 'c'] },
  ],
  [
    'A.10',
    { foo: 'bar' },
    [{ op: 'add', path: '/child', value: { g: {} } }],
    { foo: 'bar', child: { g: {} } },
  ],
  ['A.14', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  ['A.16', { foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc'] }], { foo: ['bar', ['abc']] }],
  ['copy', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
  ['the whole', { a: 1 }, [{ op: 'replace', path: '', value: 7 }], 7],
  ['null', { a: 1 }, [{ op: 'replace', path: '/a', value: null }], { a: null }],
])('does what the RFC shows: %s', (_name, before, operations, after) => {
  const given = structuredClone(before)
  expect(patched(given, ...operations)).toEqual(after)
  expect(given).toEqual(before)
})

describe('a patch that does not fit', () => {
  test.each<[string, PatchOperation, string]>([
    ['a test that fails (A.9)', { op: 'test', path: '/a', value: 'bar' }, '/0/value'],
    ['a parent that is not there (A.12)', { op: 'add', path: '/b/bat', value: 1 }, '/0/path'],
    ['a member that is not there', { op: 'remove', path: '/b' }, '/0/path'],
    ['replacing what is not there', { op: 'replace', path: '/b', value: 1 }, '/0/path'],
    ['a place behind a list', { op: 'add', path: '/list/3', value: 1 }, '/0/path'],
    ['a place with a zero before it', { op: 'replace', path: '/list/01', value: 1 }, '/0/path'],
    ['no pointer', { op: 'add', path: 'a', value: 1 }, '/0/path'],
    ['a wrong escape', { op: 'add', path: '/~2', value: 1 }, '/0/path'],
    ['no value', { op: 'add', path: '/b' }, '/0/value'],
    ['no from', { op: 'move', path: '/b' }, '/0/from'],
    ['into itself', { op: 'move', from: '/object', path: '/object/deeper' }, '/0/path'],
    ['a member of the prototype', { op: 'remove', path: '/constructor' }, '/0/path'],
    ['the whole document away', { op: 'remove', path: '' }, '/0/path'],
    ['below a text', { op: 'add', path: '/a/length', value: 1 }, '/0/path'],
  ])('is told where: %s', (_name, operation, pointer) => {
    expect(faultOf({ a: 'foo', list: [1, 2], object: {} }, operation)).toBe(pointer)
  })

  it('is told by its place in the list, and changes nothing', () => {
    const before = { a: 1 }
    expect(faultOf(before, { op: 'replace', path: '/a', value: 2 }, { op: 'remove', path: '/b' })).toBe(
      '/1/path',
    )
    expect(before).toEqual({ a: 1 })
  })

  it('that doubles the document with each operation is refused before it grows', () => {
    const doubling = Array.from(
      { length: 200 },
      (_, at): PatchOperation => ({ op: 'copy', from: '', path: `/${at}` }),
    )
    expect(faultOf({ a: 1 }, ...doubling)).toMatch(/path$/)
  })
})

it('takes "__proto__" for a name like any other', () => {
  const after = patched({}, { op: 'add', path: '/__proto__', value: { polluted: true } })
  expect(Object.keys(after as object)).toEqual(['__proto__'])
  expect((after as { polluted?: boolean }).polluted).toBeUndefined()
})
