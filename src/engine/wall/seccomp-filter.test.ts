/** The filter's program, run as the kernel would: what it answers to each call, on both architectures. */
import { describe, expect, test } from 'vitest'
import { seccompFilter } from './seccomp-filter.ts'
import { type Architecture, FREE_CALLS } from './system-calls.ts'

const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 } as const
const I386 = 0x40000003
const ANSWERS: ReadonlyMap<number, string> = new Map([
  [0x7fff0000, 'allowed'],
  [0x80000000, 'killed'],
  [0x00050000 | 38, 'no such call'],
  [0x00050000 | 1, 'not permitted'],
])

/** Runs classic BPF with the instructions that seccomp(2) takes and this program uses. */
function answer(program: Uint8Array, audit: number, number: number, args: readonly number[] = []): string {
  const data = new DataView(new ArrayBuffer(64))
  data.setUint32(0, number, true)
  data.setUint32(4, audit, true)
  args.forEach((value, index) => {
    data.setBigUint64(16 + 8 * index, BigInt(value), true)
  })
  const code = new DataView(program.buffer)
  let accumulator = 0
  for (let at = 0; at < program.length / 8; at++) {
    const operand = code.getUint32(8 * at + 4, true)
    switch (code.getUint16(8 * at, true)) {
      case 0x20:
        accumulator = data.getUint32(operand, true)
        break
      case 0x54:
        accumulator = (accumulator & operand) >>> 0
        break
      case 0x15:
        at += code.getUint8(8 * at + (accumulator === operand ? 2 : 3))
        break
      case 0x06:
        return ANSWERS.get(operand) ?? `unknown answer ${operand}`
      default:
        throw new Error('an instruction that seccomp does not take')
    }
  }
  throw new Error('the program ran past its end')
}

describe.each(['x64', 'arm64'] as const)('on %s', (architecture: Architecture) => {
  const program = seccompFilter(architecture)
  const asked = (number: number, ...args: number[]) => answer(program, AUDIT[architecture], number, args)
  const of = (x64: number, arm64: number) => (architecture === 'x64' ? x64 : arm64)

  test('the program is no longer than the kernel takes', () => {
    expect(program.length / 8).toBeLessThanOrEqual(4096)
  })

  test('each call of the table is allowed, and each number of another one is none', () => {
    const free = new Set(Object.values(FREE_CALLS).map((call) => call[architecture]))
    const bounded =
      architecture === 'x64' ? [56, 16, 157, 2, 257, 85, 90, 91, 268] : [220, 29, 167, 56, 52, 53]
    for (let number = 0; number < 600; number++) {
      if (bounded.includes(number)) continue
      expect(`${number} ${asked(number)}`).toBe(`${number} ${free.has(number) ? 'allowed' : 'no such call'}`)
    }
  })

  test('calls by another architecture end the process, those of x32 do not exist', () => {
    expect(answer(program, I386, 4)).toBe('killed')
    expect(answer(program, AUDIT[architecture === 'x64' ? 'arm64' : 'x64'], 0)).toBe('killed')
    expect(asked(0x40000000 + 1)).toBe('no such call')
  })

  test('threads can be made, processes and namespaces cannot', () => {
    const clone = (flags: number) => asked(of(56, 220), flags)
    // As glibc starts a thread, and as fork and vfork do.
    expect(clone(0x3d0f00)).toBe('allowed')
    expect(clone(0x1200011)).toBe('not permitted')
    expect(clone(0x4111)).toBe('not permitted')
    expect(clone(0x3d0f00 | 0x10000000)).toBe('not permitted')
    expect(asked(435)).toBe('no such call')
  })

  test('files that run with the rights of their owner cannot be made', () => {
    const open = (flags: number, mode: number) => asked(of(257, 56), 0xffffff9c, 0, flags, mode)
    expect(open(0o101, 0o600)).toBe('allowed')
    expect(open(0, 0o6777)).toBe('allowed')
    expect(open(0o101, 0o4755)).toBe('not permitted')
    expect(open(0o20200002, 0o2755)).toBe('not permitted')
    expect(asked(of(91, 52), 3, 0o644)).toBe('allowed')
    expect(asked(of(91, 52), 3, 0o4755)).toBe('not permitted')
    expect(asked(of(268, 53), 0xffffff9c, 0, 0o2755)).toBe('not permitted')
  })

  test('of devices it asks whether they are terminals, and copies that share blocks are made', () => {
    const TIOCSTI = 0x5412
    expect(asked(of(16, 29), 1, 0x5401)).toBe('allowed')
    expect(asked(of(16, 29), 1, 0x40049409)).toBe('allowed')
    expect(asked(of(16, 29), 1, TIOCSTI)).toBe('not permitted')
  })
})
