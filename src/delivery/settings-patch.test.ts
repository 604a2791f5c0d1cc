import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PatchOperation, type PatchRules, patchSettings } from './settings-patch.ts'

const RULES: PatchRules = {
  fields: ['name', 'secret', 'encryptedHeaders'],
  maps: ['encryptedHeaders'],
  readOnly: ['id'],
}
const BEFORE = { name: 'n', secret: 's', encryptedHeaders: { a: '1' } }

const patch = (...operations: PatchOperation[]) => patchSettings(BEFORE, operations, RULES)

describe('patchSettings', () => {
  it('applies operations one after another to a copy', () => {
    const before = structuredClone(BEFORE)
    const patched = patch(
      { op: 'replace', path: '/name', value: 'm' },
      { op: 'remove', path: '/secret' },
      { op: 'add', path: '/encryptedHeaders/b', value: '2' },
      { op: 'remove', path: '/encryptedHeaders/a' },
    )
    expect(patched).toEqual({
      kind: 'patched',
      document: { name: 'm', encryptedHeaders: { b: '2' } },
      encryptedNamesSet: new Set(['b']),
    })
    expect(BEFORE).toEqual(before)
  })

  it('sets with replace what is not there, and refuses to remove it', () => {
    const without = { name: 'n' }
    const set = patchSettings(without, [{ op: 'replace', path: '/secret', value: 's' }], RULES)
    expect(set).toMatchObject({ kind: 'patched', document: { secret: 's' } })
    expect(patchSettings(without, [{ op: 'remove', path: '/secret' }], RULES)).toEqual({
      kind: 'fault',
      fault: { pointer: '/0/path', detail: 'there is no secret to remove' },
    })
  })

  it('knows which encrypted headers were brought anew', () => {
    const whole = patch({ op: 'replace', path: '/encryptedHeaders', value: { z: '1' } })
    expect(whole).toMatchObject({ encryptedNamesSet: 'all' })
    const one = patch({ op: 'replace', path: '/encryptedHeaders/a', value: '9' })
    expect(one).toMatchObject({ encryptedNamesSet: new Set(['a']) })
  })

  it('tells a read-only path apart from an unknown one', () => {
    expect(patch({ op: 'replace', path: '/id', value: 'x' })).toEqual({
      kind: 'read-only',
      index: 0,
      path: '/id',
    })
    for (const path of [
      '',
      '/',
      'name',
      '/nope',
      '/name/x',
      '/encryptedHeaders/a/b',
      '/__proto__',
      '/constructor',
    ]) {
      expect(patch({ op: 'add', path, value: 'x' })).toMatchObject({
        kind: 'fault',
        fault: { pointer: '/0/path' },
      })
    }
  })

  it('reads escaped member names, and "__proto__" as a plain one', () => {
    const patched = patch(
      { op: 'add', path: '/encryptedHeaders/a~1b~0c~01', value: 'x' },
      { op: 'add', path: '/encryptedHeaders/__proto__', value: 'y' },
    )
    const { document } = patched as unknown as { document: { encryptedHeaders: object } }
    expect(Object.entries(document.encryptedHeaders)).toEqual([
      ['a', '1'],
      ['a/b~c~1', 'x'],
      ['__proto__', 'y'],
    ])
    expect(({} as Record<string, unknown>).y).toBeUndefined()
  })

  it('never throws, whatever the paths and values', () => {
    const operation = fc.record({
      op: fc.constantFrom('add' as const, 'remove' as const, 'replace' as const),
      path: fc.oneof(
        fc.string(),
        fc.constantFrom('/name', '/encryptedHeaders', '/encryptedHeaders/a', '/secret'),
      ),
      value: fc.jsonValue(),
    })
    fc.assert(fc.property(fc.array(operation, { maxLength: 6 }), (operations) => void patch(...operations)))
  })
})
