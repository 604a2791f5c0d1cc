/**
 * Tells of every reload that did not succeed, once, with what is needed to look into it.
 *
 *   WEBHOOK_SECRET=... PORT=8080 node examples/receivers/alert-on-failure.ts
 */
import { createServer } from 'node:http'
import { nodeHandler } from 'reprise/receiver'

const handler = nodeHandler({
  secret: process.env.WEBHOOK_SECRET ?? '',
  onEvent(event) {
    if (event.type !== 'com.qlik.v1.reload.finished' || event.data.succeeded) return
    const { id, appId, status, errorCode = '', errorMessage = '' } = event.data
    console.log(
      `${event.time} reload ${id} of app ${appId}: ${status} ${errorCode} ${errorMessage}`.trimEnd(),
    )
  },
  onProblem: ({ status, detail }) => console.error(`refused with ${status}: ${detail}`),
})

const server = createServer(handler)
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as { port: number }).port}/`)
})
