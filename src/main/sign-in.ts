/** All that lets people and programs in, started in its order. */
import type { ApiDeps } from '../api/http/deps.ts'
import type { World } from '../core/ports.ts'
import { guardedFetch } from '../delivery/channels/guarded-fetch.ts'
import { targetProblem } from '../delivery/channels/target-address.ts'
import type { Seal } from '../delivery/seal.ts'
import { browserSignIn, startSweeping } from '../sign-in/browser.ts'
import { grantForClient } from '../sign-in/client-credentials.ts'
import { whoAsks } from '../sign-in/who-asks.ts'
import type { Store } from '../store/port/store.ts'
import type { Config } from './config.ts'
import type { Services } from './services.ts'

interface Parts {
  readonly config: Config
  readonly world: World
  readonly services: Services
  readonly store: Store
  readonly seal: Seal
  readonly tokenKey: Uint8Array
}

const SETTING = 'REPRISE_SIGN_IN_ALLOW'
const ISSUER_ANSWERS_MS = 5000

/** Providers are asked behind a guard of addresses. */
export async function startSignIn({
  config,
  world,
  services,
  store,
  seal,
  tokenKey,
}: Parts): Promise<Pick<ApiDeps, 'browser' | 'whoAsks' | 'grantForClient' | 'checkProviderUrl'>> {
  const { signInAllowance: allowance } = config
  const { fetch, close } = guardedFetch({ allowance }, SETTING)
  const browser = browserSignIn({ store, world, limits: config.limits, seal, fetch })
  await services.start('identity providers', () => ({ stop: async () => close() }))
  await services.start('login sessions', () => {
    const sweeping = startSweeping(world, browser.sessions)
    return {
      async stop() {
        await sweeping.stop()
        await browser.sessions.settled()
      },
    }
  })
  // A request waits for what its issuer answers.
  const keys = guardedFetch({ allowance, exchangeTimeoutMs: ISSUER_ANSWERS_MS }, SETTING)
  await services.start('issuers', () => ({ stop: async () => keys.close() }))
  const deps = {
    store,
    world,
    limits: config.limits,
    tokenKey,
    browser: browser.way,
    throttle: browser.throttle,
    fetch: keys.fetch,
  }
  const who = await services.start('ways in', () => whoAsks(deps))
  return {
    browser,
    whoAsks: who,
    grantForClient: grantForClient(deps),
    checkProviderUrl: (url) => targetProblem(url, allowance, SETTING),
  }
}
