/**
 * A chain: when one app's reload succeeded, the next app is reloaded. The event comes after the new data is
 * saved, so the next script reads it; its id as idempotency key makes one event start one reload, however
 * often it arrives.
 *
 *   WEBHOOK_SECRET=... REPRISE_URL=http://127.0.0.1:4600 REPRISE_KEY=rpk_... CHAIN=appA,appB,appC \
 *     PORT=8081 node examples/receivers/reload-next-app.ts
 */
import fastify from 'fastify'
import { fastifyReceiver, type ReceiverOptions } from 'reprise/receiver'

const { WEBHOOK_SECRET = '', REPRISE_URL = '', REPRISE_KEY = '', CHAIN = '', PORT = '8081' } = process.env
const chain = CHAIN.split(',')

const options: ReceiverOptions & { url: string } = {
  url: '/events',
  secret: WEBHOOK_SECRET,
  async onEvent(event) {
    if (event.type !== 'com.qlik.v1.reload.finished' || !event.data.succeeded) return
    const place = chain.indexOf(event.data.appId)
    const next = place === -1 ? undefined : chain[place + 1]
    if (next === undefined) return
    const answer = await fetch(`${REPRISE_URL}/api/v1/reloads`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${REPRISE_KEY}`,
        'content-type': 'application/json',
        'idempotency-key': event.id,
      },
      body: JSON.stringify({ appId: next }),
    })
    // Thrown, the event counts as not handled and is delivered again.
    if (!answer.ok) throw new Error(`reload of ${next} was refused: ${answer.status} ${await answer.text()}`)
    console.log(`app ${event.data.appId} is done, app ${next} is next`)
  },
  onProblem: ({ status, detail, error }) => console.error(`answered ${status}: ${detail}`, error ?? ''),
}

const server = fastify()
await server.register(fastifyReceiver, options)
console.log(`listening on ${await server.listen({ port: Number(PORT), host: '127.0.0.1' })}/events`)
