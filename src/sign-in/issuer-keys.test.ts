/** Addresses of keys as hostile administrators of tenants may name them, with the fetch of the service. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { signingKey } from '../../test/support/issuer.ts'
import { defined } from '../core/defined.ts'
import type { ProviderId, TenantId } from '../core/ids.ts'
import { DEFAULT_CLAIM_NAMES, type IdentityProvider } from '../core/people/identity-provider.ts'
import { type GuardedFetch, guardedFetch } from '../delivery/channels/guarded-fetch.ts'
import { parseAllowance } from '../delivery/channels/target-address.ts'
import { IssuerKeys, KeysUnavailable } from './issuer-keys.ts'

const open: (Server | GuardedFetch)[] = []
afterEach(() => {
  for (const one of open.splice(0)) {
    if ('closeAllConnections' in one) one.closeAllConnections()
    one.close()
  }
})

async function listen(answer: Parameters<typeof createServer>[1]) {
  const server = createServer(answer)
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const providerAt = (jwksUrl: string): IdentityProvider => ({
  id: 'p' as ProviderId,
  tenantId: 't' as TenantId,
  name: 'Company',
  protocol: 'jwt',
  issuer: 'https://id.example.com',
  jwksUrl,
  claims: DEFAULT_CLAIM_NAMES,
  createsUsers: true,
  createsGroups: false,
  enabled: true,
  createdAt: 0,
  updatedAt: 0,
})

/** A fetch that fails as long as `down`, and counts. */
function aFetch() {
  const state = { down: true, asked: 0 }
  const fetch = async () => {
    state.asked += 1
    if (state.down) throw new Error('down')
    const { jwk } = await signingKey('one')
    return new Response(JSON.stringify({ keys: [jwk] }))
  }
  return { state, fetch: fetch as never }
}

describe('an issuer that cannot be asked', () => {
  it('is asked again after pauses that grow to five minutes, and as usual once it answers', async () => {
    const { state, fetch } = aFetch()
    let now = 0
    const clock = { now: () => now, monotonic: () => now }
    const log = { info: () => undefined, error: () => undefined, warn: () => undefined }
    const keys = new IssuerKeys({ fetch, world: { clock, log } })
    const ask = () => keys.keyFor(providerAt('https://x'), { alg: 'ES256', kid: 'one' }, {} as never)
    const pauses: number[] = []
    let last = now
    for (let seconds = 0; seconds < 1500; seconds++) {
      const before = state.asked
      await expect(ask()).rejects.toBeInstanceOf(KeysUnavailable)
      if (state.asked > before) {
        pauses.push((now - last) / 1000)
        last = now
      }
      now += 1000
    }
    expect(pauses).toEqual([0, 5, 10, 20, 40, 80, 160, 300, 300, 300])
    state.down = false
    now += 300_000
    expect((await ask()).type).toBe('public')
    const { asked } = state
    now += 60_000
    await ask()
    expect(state.asked).toBe(asked)
  })
})

function keysWith(allowed: string, resolve?: () => Promise<{ address: string; family: number }[]>) {
  const options = { allowance: parseAllowance(allowed), exchangeTimeoutMs: 300, ...defined({ resolve }) }
  const guarded = guardedFetch(options, 'REPRISE_SIGN_IN_ALLOW')
  open.push(guarded)
  const told: string[] = []
  const log = {
    info: () => undefined,
    error: () => undefined,
    warn: (_: string, f?: object) => told.push(JSON.stringify(f)),
  }
  const clock = { now: () => Date.now(), monotonic: () => performance.now() }
  const keys = new IssuerKeys({ fetch: guarded.fetch, world: { clock, log } })
  const ask = (url: string) => keys.keyFor(providerAt(url), { alg: 'ES256', kid: 'one' }, {} as never)
  return { ask, told }
}

describe('the address of keys', () => {
  it('is asked where the operator allows it', async () => {
    const { jwk } = await signingKey('one')
    const url = await listen((_, answer) => answer.end(JSON.stringify({ keys: [jwk] })))
    expect((await keysWith('127.0.0.1').ask(url)).type).toBe('public')
  })

  it.each(['127.0.0.1', 'localhost', '[::1]', '169.254.169.254', '10.0.0.1', 'metadata.internal'])(
    'is never asked at %s by itself',
    async (host) => {
      let asked = 0
      const url = await listen((_, answer) => {
        asked += 1
        answer.end()
      })
      const { ask, told } = keysWith('')
      for (const scheme of ['http', 'https']) {
        await expect(ask(`${scheme}://${host}:${new URL(url).port}/`)).rejects.toBeInstanceOf(KeysUnavailable)
      }
      expect(asked).toBe(0)
      expect(told.join()).toMatch(/address not allowed/)
    },
  )

  it('is never asked when its name leads inside', async () => {
    const { ask, told } = keysWith('', async () => [{ address: '127.0.0.1', family: 4 }])
    await expect(ask('https://keys.example.com/')).rejects.toBeInstanceOf(KeysUnavailable)
    expect(told.join()).toMatch(/private address/)
  })

  it('is not followed to another', async () => {
    let asked = 0
    const inside = await listen((_, answer) => {
      asked += 1
      answer.end('{"keys":[]}')
    })
    const url = await listen((_, answer) => answer.writeHead(302, { location: `${inside}/keys` }).end())
    const { ask, told } = keysWith('127.0.0.1')
    await expect(ask(url)).rejects.toBeInstanceOf(KeysUnavailable)
    expect(asked).toBe(0)
    expect(told.join()).toMatch(/302 instead of 200/)
  })

  it('that hangs costs a bounded time, once for all who wait', async () => {
    let asked = 0
    const url = await listen(() => {
      asked += 1
    })
    const { ask } = keysWith('127.0.0.1')
    const begun = performance.now()
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => ask(url)))
    expect(all.every(({ status }) => status === 'rejected')).toBe(true)
    expect(performance.now() - begun).toBeLessThan(2000)
    expect(asked).toBe(1)
    await expect(ask(url), 'and nobody waits for it again at once').rejects.toBeInstanceOf(KeysUnavailable)
    expect(asked).toBe(1)
  })

  it('that never ends is read to a bound', async () => {
    let sent = 0
    const url = await listen((_, answer) => {
      const more = () => {
        if (answer.destroyed) return
        sent += 65_536
        if (answer.write(' '.repeat(65_536))) setImmediate(more)
        else answer.once('drain', more)
      }
      more()
    })
    const { ask } = keysWith('127.0.0.1')
    await expect(ask(url)).rejects.toBeInstanceOf(KeysUnavailable)
    expect(sent).toBeLessThan(16 * 1024 * 1024)
  })
})
