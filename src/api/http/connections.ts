/**
 * Lets a stopping server end at once: a connection is closed as soon as no request is under way on it. Node
 * closes only those that have served one; a client that connected ahead and never asked would hold the stop
 * up for a minute. A request that is still under way after a short time, such as a slow upload or a stream
 * that its client does not read, is cut off.
 *
 * An error of the listening socket, such as no more file descriptors for a new connection, is told and
 * passes.
 */
import type { Socket } from 'node:net'
import type { ApiDeps, ApiServer } from './deps.ts'

/** How long a stopping server waits for the requests under way. */
const LAST_REQUESTS_MS = 2000

export function installConnectionEnd(
  server: ApiServer,
  { world, tls }: Pick<ApiDeps, 'world' | 'tls'>,
): void {
  const quiet = new Set<Socket>()
  let closing = false
  const begin = (socket: Socket) => {
    quiet.add(socket)
    socket.once('close', () => quiet.delete(socket))
  }
  if (tls === undefined) server.server.on('connection', begin)
  else onSecureConnections(server, begin, (socket) => quiet.delete(socket))
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
    const late = world.timers.wait(LAST_REQUESTS_MS)
    void late.done.then(() => server.server.closeAllConnections())
    server.server.once('close', () => late.end())
  })
  server.server.on('error', (error) => {
    if (server.server.listening) world.log.error('the API cannot take a connection', { error })
  })
}

/** Requests come in over another socket than the bare one below it, which counts until TLS is agreed upon. */
function onSecureConnections(
  { server }: ApiServer,
  begin: (socket: Socket) => void,
  over: (socket: Socket) => void,
): void {
  const bare = new Map<string, Socket>()
  const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`
  server.on('connection', (socket) => {
    const peer = peerOf(socket)
    bare.set(peer, socket)
    socket.once('close', () => bare.delete(peer))
    begin(socket)
  })
  server.on('secureConnection', (socket: Socket) => {
    const below = bare.get(peerOf(socket))
    if (below !== undefined) over(below)
    begin(socket)
  })
}
