import { describe, expect, it } from 'vitest'
import { isAllowedAddress, NOTHING_ALLOWED, parseAllowance, targetProblem } from './target-address.ts'

const DENIED =
  `0.0.0.0 10.0.0.1 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
  172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
  224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::ffff:10.0.0.1 ::10.0.0.1 64:ff9b::a00:1 64:ff9b:1::1
  100::1 2001::1 2001:db8::1 2002:a00:1:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 febf::1 fec0::1
  ff02::1`.split(/\s+/)

const ALLOWED = `8.8.8.8 1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 169.253.255.255 169.255.0.0
  172.15.255.255 172.32.0.1 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
  2606:4700:4700::1111 2a00:1450:4001:81b::200e`.split(/\s+/)

describe('isAllowedAddress', () => {
  it.each(DENIED)('denies %s', (address) => {
    expect(isAllowedAddress(address, NOTHING_ALLOWED)).toBe(false)
  })
  it.each(ALLOWED)('allows %s', (address) => {
    expect(isAllowedAddress(address, NOTHING_ALLOWED)).toBe(true)
  })
  it('allows what the operator lists, also in its IPv4-mapped form, and nothing beside it', () => {
    const allowance = parseAllowance('10.1.0.0/16, ::1, 192.168.7.7')
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '::1', '192.168.7.7']) {
      expect(isAllowedAddress(address, allowance)).toBe(true)
    }
    for (const address of ['10.2.0.1', '192.168.7.8', '127.0.0.1']) {
      expect(isAllowedAddress(address, allowance)).toBe(false)
    }
  })
})

describe('targetProblem', () => {
  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://0/',
    'https://127。0。0。1/',
    'https://①②⑦.0.0.1/',
    'https:/\\127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fd00:ec2::254]/',
    'https://[fe80::1%25eth0]/',
    'https://999.1.1.1/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://db.internal/',
    'https://example/',
    'https://example.com@127.0.0.1/',
    'https://user:pw@example.com/',
    'https://example.com/#part',
    'http://example.com/',
    'ftp://example.com/',
    'not a url',
    '8.8.8.8',
  ])('refuses %s', (url) => {
    expect(targetProblem(url, NOTHING_ALLOWED)).toMatch(/^the url /)
  })

  it.each([
    'https://example.com/hook',
    'https://exa%6dple.com/',
    'https://example.com./',
    'https://bücher.example/',
    'https://example.com:8443/',
    'https://example.com\\@127.0.0.1/',
  ])('accepts %s', (url) => {
    expect(targetProblem(url, NOTHING_ALLOWED)).toBeUndefined()
  })

  it('accepts http and private hosts that the operator allows', () => {
    const allowance = parseAllowance('127.0.0.1,receiver.local')
    expect(targetProblem('http://127.0.0.1:8080/', allowance)).toBeUndefined()
    expect(targetProblem('http://receiver.local/', allowance)).toBeUndefined()
    expect(targetProblem('http://127.0.0.2/', allowance)).toMatch('https')
  })
})

describe('parseAllowance', () => {
  it('names a part it cannot read', () => {
    expect(() => parseAllowance('127.0.0.1, http://x')).toThrow('"http://x" is neither')
  })
})
