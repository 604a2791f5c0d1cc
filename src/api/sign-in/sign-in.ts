/** Routes of browsers that nobody has to be known for; their forms are read here alone. */
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { registerJwtSession } from './jwt-session.ts'
import { registerLogin } from './login.ts'
import { registerLogout } from './logout.ts'
import { registerProviderLogin } from './provider-login.ts'
import { signInRate } from './sign-in-rate.ts'

export function registerSignIn(server: ApiServer, deps: ApiDeps): void {
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => Object.fromEntries(new URLSearchParams(body)),
  )
  const rate = signInRate(deps)
  registerLogin(server, deps, rate)
  registerProviderLogin(server, deps, rate)
  registerJwtSession(server, deps, rate)
  registerLogout(server, deps)
}
