import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sealWith } from './seal.ts'

describe('sealWith', () => {
  const seal = sealWith(randomBytes(32))

  it('opens what it sealed', () => {
    for (const text of ['', 'secret', 'Größe 😀']) expect(seal.open(seal.seal(text))).toBe(text)
  })

  it('gives another text each time and never shows the plain one', () => {
    const sealed = seal.seal('a secret of thirty-two characters')
    expect(sealed).not.toContain('secret')
    expect(seal.seal('a secret of thirty-two characters')).not.toBe(sealed)
  })

  it('refuses a text that was changed, sealed under another key, or never sealed', () => {
    const sealed = seal.seal('secret')
    const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA')
    expect(() => seal.open(changed)).toThrow()
    expect(() => sealWith(randomBytes(32)).open(sealed)).toThrow()
    expect(() => seal.open('secret')).toThrow('not a sealed text')
  })
})
