/**
 * An HTTP server that writes bytes as a test says, chunk by chunk, also such as no honest server would send.
 */
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Bytes to write, ms to wait, or an end of the connection. */
export type Act = string | number | 'FIN' | 'RESET'

export interface RawServer {
  readonly port: number
  /** What each connection received so far, in the order of the connections. */
  readonly received: readonly string[]
  close(): Promise<void>
}

/**
 * @param actsFor what answers a whole request; connections and their requests count from 0
 * @param greeting written when a connection opens, before anything is asked
 */
export async function startRawServer(
  actsFor: (connection: number, request: number) => readonly Act[],
  greeting = '',
): Promise<RawServer> {
  const received: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const connection = received.push('') - 1
    let answered = 0
    sockets.add(socket)
    socket.write(greeting)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      received[connection] += bytes.toString('latin1')
      const whole = wholeRequests(received[connection]!)
      while (answered < whole) void play(socket, actsFor(connection, answered++))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    received,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function play(socket: Socket, acts: readonly Act[]): Promise<void> {
  for (const act of acts) {
    if (socket.destroyed) return
    if (typeof act === 'number') await sleep(act)
    else if (act === 'FIN') socket.end()
    else if (act === 'RESET') socket.resetAndDestroy()
    else socket.write(act, 'latin1')
  }
}

/** Counts requests whose body, by its Content-Length, has arrived too. */
function wholeRequests(text: string): number {
  let count = 0
  for (let at = 0; ; count++) {
    const end = text.indexOf('\r\n\r\n', at)
    if (end < 0) return count
    const length = /^content-length: (\d+)$/im.exec(text.slice(at, end).replaceAll('\r', ''))?.[1] ?? '0'
    at = end + 4 + Number(length)
    if (at > text.length) return count
  }
}
