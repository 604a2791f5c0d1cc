import { describe, expect, it } from 'vitest'
import { HOST_NAME_MAX, hostNameOf, isHostName } from './host-name.ts'

describe('names of hosts', () => {
  it.each([
    ['Reload.Example.com', 'reload.example.com'],
    ['reload.example.com:4600', 'reload.example.com'],
    ['reload.example.com.', 'reload.example.com'],
    ['[::1]:4600', '::1'],
    ['', ''],
  ])('%j is %j', (host, name) => expect(hostNameOf(host)).toBe(name))

  it.each(['reload.example.com', 'localhost', 'a-1.b', '10.0.0.1', '::1', 'a_b'])('%j is one', (name) =>
    expect(isHostName(name)).toBe(true),
  )

  it.each(['', 'a..b', '-a.b', 'a-.b', 'a b', 'A.b', 'a/b', 'x:1', `${'a.'.repeat(HOST_NAME_MAX)}a`])(
    '%j is none',
    (name) => expect(isHostName(name)).toBe(false),
  )
})
