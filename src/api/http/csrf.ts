/** Refuses what another site made a browser send; see sign-in/csrf.ts. */
import { CSRF_HEADER, isCsrfTokenOf, isSafeMethod } from '../../sign-in/csrf.ts'
import { sessionTokenIn } from '../../sign-in/session-token.ts'
import { callerOf } from './authenticate.ts'
import type { ApiServer } from './deps.ts'
import { refuse } from './problem.ts'

export function installCsrf(server: ApiServer): void {
  server.addHook('onRequest', async (request) => {
    if (isSafeMethod(request.method) || callerOf(request).credential.kind !== 'session') return
    const token = sessionTokenIn(request.headers.cookie)
    const sent = request.headers[CSRF_HEADER]
    if (token !== undefined && typeof sent === 'string' && isCsrfTokenOf(token, sent)) return
    throw refuse('csrfToken', {
      detail: `with a session's cookie, send the token of GET /api/v1/csrf-token in ${CSRF_HEADER}`,
      parameter: CSRF_HEADER,
    })
  })
}
