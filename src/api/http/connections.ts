/**
 * Lets a stopping server end at once: a connection is closed as soon as no request is under way on it. Node
 * closes only those that have served one; a client that connected ahead and never asked would hold the stop
 * up for a minute.
 */
import type { Socket } from 'node:net'
import type { ApiServer } from './deps.ts'

export function installConnectionEnd(server: ApiServer): void {
  const quiet = new Set<Socket>()
  let closing = false
  server.server.on('connection', (socket) => {
    quiet.add(socket)
    socket.once('close', () => quiet.delete(socket))
  })
  server.server.on('request', ({ socket }, response) => {
    quiet.delete(socket)
    response.once('close', () => {
      if (closing) socket.destroySoon()
      else if (!socket.destroyed) quiet.add(socket)
    })
  })
  server.addHook('preClose', async () => {
    closing = true
    for (const socket of quiet) socket.destroy()
  })
}
