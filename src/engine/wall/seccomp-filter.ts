/**
 * The seccomp filter of an engine process: a program for the kernel that allows the system calls which Node
 * and DuckDB need and no other. What is not allowed does not exist for the process (ENOSYS), so that
 * libraries fall back as on an older kernel; a call of another architecture ends it.
 *
 * The program is classic BPF as seccomp(2) describes it. It sees numbers and arguments, never what a pointer
 * points at: calls that take their flags in memory (clone3, openat2) are therefore not allowed at all.
 */
import { type Architecture, type CallNumbers, FREE_CALLS } from './system-calls.ts'

/** A call is allowed if one of its conditions holds: `(argument & mask) === equals`, on the lower 32 bits. */
interface Condition {
  readonly argument: number
  readonly mask: number
  readonly equals: number
}

const NEW_NAMESPACES = 0x7e02_0000
const CLONE_THREAD = 0x1_0000
const SET_ID_BITS = 0o6000
/** O_CREAT and the part of O_TMPFILE that is its own. */
const MAKES_A_FILE = 0o100 | 0o20_000_000
const ALL_BITS = 0xffff_ffff

/**
 * FIONBIO, FIOCLEX, FIONREAD, TCGETS and TIOCGWINSZ (is it a terminal), FICLONE (copies that share blocks).
 */
const IOCTL_REQUESTS = [0x5421, 0x5451, 0x541b, 0x5401, 0x5413, 0x4004_9409]
/** PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_VMA. */
const PRCTL_OPTIONS = [3, 15, 16, 23, 0x5356_4d41]

const withoutSetId = (argument: number): Condition => ({ argument, mask: SET_ID_BITS, equals: 0 })
const makesNoFile = (argument: number): Condition => ({ argument, mask: MAKES_A_FILE, equals: 0 })
const oneOf = (argument: number, values: readonly number[]): Condition[] =>
  values.map((equals) => ({ argument, mask: ALL_BITS, equals }))

const BOUNDED: readonly { readonly call: CallNumbers; readonly if: readonly Condition[] }[] = [
  // Threads, but no processes and no namespaces.
  {
    call: { x64: 56, arm64: 220 },
    if: [{ argument: 0, mask: NEW_NAMESPACES | CLONE_THREAD, equals: CLONE_THREAD }],
  },
  { call: { x64: 16, arm64: 29 }, if: oneOf(1, IOCTL_REQUESTS) },
  { call: { x64: 157, arm64: 167 }, if: oneOf(0, PRCTL_OPTIONS) },
  // Files, but none that runs with the rights of its owner: open, openat, creat, chmod, fchmod, fchmodat.
  { call: { x64: 2 }, if: [makesNoFile(1), withoutSetId(2)] },
  { call: { x64: 257, arm64: 56 }, if: [makesNoFile(2), withoutSetId(3)] },
  { call: { x64: 85 }, if: [withoutSetId(1)] },
  { call: { x64: 90 }, if: [withoutSetId(1)] },
  { call: { x64: 91, arm64: 52 }, if: [withoutSetId(1)] },
  { call: { x64: 268, arm64: 53 }, if: [withoutSetId(2)] },
]

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64. */
const AUDIT: Readonly<Record<Architecture, number>> = { x64: 0xc000_003e, arm64: 0xc000_00b7 }

const ALLOW = 0x7fff_0000
const KILL_PROCESS = 0x8000_0000
const NO_SUCH_CALL = 0x0005_0000 | 38
const NOT_PERMITTED = 0x0005_0000 | 1

/** Offsets in struct seccomp_data. */
const NUMBER_AT = 0
const ARCHITECTURE_AT = 4
const ARGUMENTS_AT = 16

const LOAD = 0x20
const AND = 0x54
const JUMP_IF_EQUAL = 0x15
const RETURN = 0x06

/** Code, jumps when true and when false (in instructions), operand. */
type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number]

/** @returns the program, as `bwrap --seccomp` reads it: struct sock_filter after struct sock_filter */
export function seccompFilter(architecture: Architecture): Uint8Array<ArrayBuffer> {
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCHITECTURE_AT],
    [JUMP_IF_EQUAL, 1, 0, AUDIT[architecture]],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD, 0, 0, NUMBER_AT],
  ]
  for (const call of Object.values(FREE_CALLS)) {
    program.push(...onCall(call[architecture], [[RETURN, 0, 0, ALLOW]]))
  }
  for (const { call, if: conditions } of BOUNDED) {
    const checks = conditions.flatMap(({ argument, mask, equals }): Instruction[] => [
      [LOAD, 0, 0, ARGUMENTS_AT + 8 * argument],
      [AND, 0, 0, mask],
      [JUMP_IF_EQUAL, 0, 1, equals],
      [RETURN, 0, 0, ALLOW],
    ])
    program.push(...onCall(call[architecture], [...checks, [RETURN, 0, 0, NOT_PERMITTED]]))
  }
  program.push([RETURN, 0, 0, NO_SUCH_CALL])
  return encoded(program)
}

/** Runs `block`, which ends in a return, for one call; passes over it for others, or where there is none. */
function onCall(number: number | undefined, block: readonly Instruction[]): Instruction[] {
  return number === undefined ? [] : [[JUMP_IF_EQUAL, 0, block.length, number], ...block]
}

function encoded(program: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const bytes = new DataView(new ArrayBuffer(program.length * 8))
  program.forEach(([code, ifTrue, ifFalse, operand], index) => {
    bytes.setUint16(8 * index, code, true)
    bytes.setUint8(8 * index + 2, ifTrue)
    bytes.setUint8(8 * index + 3, ifFalse)
    bytes.setUint32(8 * index + 4, operand, true)
  })
  return new Uint8Array(bytes.buffer)
}
