/**
 * Slows down who guesses: failed sign-ins are counted for the address that they come from and for the
 * account that they are about, and after some each further one has to wait, each time twice as long. The
 * wait has an end and is short for an account, so that nobody can lock somebody else out by failing in their
 * name; a success of the account forgets what was counted for it. Memory is bounded: parties that were quiet
 * for long are forgotten, and beyond a number of them the longest quiet one.
 */
import { isIPv6 } from 'node:net'
import type { Clock } from '../core/ports.ts'
import { HOUR, MINUTE, SECOND } from '../core/units.ts'

interface Rule {
  /** Failures that cost nothing. */
  readonly free: number
  readonly firstWaitMs: number
  readonly longestWaitMs: number
}

const RULES: Readonly<Record<'address' | 'account', Rule>> = {
  // Many people may come from one address.
  address: { free: 10, firstWaitMs: SECOND, longestWaitMs: 15 * MINUTE },
  account: { free: 5, firstWaitMs: SECOND, longestWaitMs: MINUTE },
}

const FORGOTTEN_AFTER_MS = HOUR
const PARTIES_MAX = 10_000

/** Of whom a sign-in is; what is not known yet is left out. */
export interface Parties {
  readonly address?: string | undefined
  /** Of one tenant, such as a user or a client. */
  readonly account?: string | undefined
}

interface Failures {
  count: number
  /** Monotonic, ms. */
  lastAt: number
  /** No try before. */
  openAt: number
}

export class SignInThrottle {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #failures = new Map<string, Failures>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  get size(): number {
    return this.#failures.size
  }

  /** How long the next try has to wait, ms; 0: it may be made. */
  waitMs(parties: Parties): number {
    const now = this.#clock.monotonic()
    const waits = keysOf(parties).map(({ key }) => (this.#failures.get(key)?.openAt ?? 0) - now)
    return Math.max(0, ...waits)
  }

  failed(parties: Parties): void {
    const now = this.#clock.monotonic()
    for (const { key, rule } of keysOf(parties)) {
      const before = this.#failures.get(key)
      const count = before === undefined || now - before.lastAt >= FORGOTTEN_AFTER_MS ? 1 : before.count + 1
      const over = count - rule.free
      const waitMs = over <= 0 ? 0 : Math.min(rule.firstWaitMs * 2 ** (over - 1), rule.longestWaitMs)
      this.#failures.delete(key)
      this.#failures.set(key, { count, lastAt: now, openAt: now + waitMs })
    }
    this.#forget(now)
  }

  /** What was counted for the account is forgotten; the address may still be guessing at others. */
  succeeded({ account }: Parties): void {
    for (const { key } of keysOf({ account })) this.#failures.delete(key)
  }

  #forget(now: number): void {
    // The first of the map is the longest quiet.
    for (const [key, { lastAt }] of this.#failures) {
      if (this.#failures.size <= PARTIES_MAX && now - lastAt < FORGOTTEN_AFTER_MS) return
      this.#failures.delete(key)
    }
  }
}

function keysOf({ address, account }: Parties): { readonly key: string; readonly rule: Rule }[] {
  return [
    ...(address === undefined ? [] : [{ key: `address ${networkOf(address)}`, rule: RULES.address }]),
    ...(account === undefined ? [] : [{ key: `account ${account}`, rule: RULES.account }]),
  ]
}

/** Of IPv6 the first 64 bits: whoever has one address of such a network has all of them. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = [head, tail].map((part) => (part === '' ? [] : part.split(':')))
  const zeros = Array<string>(Math.max(0, 8 - groups[0]!.length - groups[1]!.length)).fill('0')
  const all = address.includes('::') ? [...groups[0]!, ...zeros, ...groups[1]!] : groups[0]!
  return all.slice(0, 4).join(':')
}
