/** All that lets people in with a browser, put together. */
import { type Loop, startLoop } from '../core/loop.ts'
import type { World } from '../core/ports.ts'
import { MINUTE } from '../core/units.ts'
import { type OidcDeps, OidcSignIn } from './oidc.ts'
import { sessionWay } from './session-way.ts'
import { type SessionDeps, Sessions } from './sessions.ts'
import { SignInThrottle } from './throttle.ts'
import { Tickets } from './tickets.ts'
import type { BrowserWay } from './way-in.ts'

/** How often sessions that are over are removed. */
const SWEEP_EVERY_MS = 10 * MINUTE

export interface BrowserSignIn {
  readonly sessions: Sessions
  readonly oidc: OidcSignIn
  readonly throttle: SignInThrottle
  readonly tickets: Tickets
  /** For who-asks.ts. */
  readonly way: BrowserWay
}

export function browserSignIn(deps: SessionDeps & OidcDeps): BrowserSignIn {
  const sessions = new Sessions(deps)
  return {
    sessions,
    oidc: new OidcSignIn(deps),
    throttle: new SignInThrottle(deps.world.clock),
    tickets: new Tickets(deps.world),
    way: sessionWay(sessions, deps.store),
  }
}

export function startSweeping(world: Pick<World, 'timers' | 'log'>, sessions: Sessions): Loop {
  return startLoop(world, 'sweeping login sessions', async () => {
    const removed = await sessions.sweep()
    if (removed > 0) world.log.info('removed login sessions that are over', { sessions: removed })
    return SWEEP_EVERY_MS
  })
}
