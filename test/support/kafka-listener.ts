/**
 * A listener that speaks as much of Kafka's protocol as a producer needs, for what a double cannot show:
 * credentials that are wrong or change, and TLS. One broker, one topic of one partition, records only
 * counted.
 */
import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

export interface KafkaListener {
  readonly port: number
  /** Produce requests that were accepted. */
  readonly accepted: number
  /** Undefined: nobody has to tell one. */
  password: string | undefined
  /** Ends all connections, as a broker does that was told to. */
  disconnect(): void
  close(): Promise<void>
}

const PRODUCE = 0
const METADATA = 3
const SASL_HANDSHAKE = 17
const API_VERSIONS = 18
const SASL_AUTHENTICATE = 36
/** Key, least and greatest version; all without the compact forms. */
const VERSIONS = [
  [PRODUCE, 7, 7],
  [METADATA, 5, 5],
  [SASL_HANDSHAKE, 1, 1],
  [API_VERSIONS, 0, 3],
  [SASL_AUTHENTICATE, 1, 1],
] as const
const AUTHENTICATION_FAILED = 58
/** What claims to be longer is no request: such as the first bytes of TLS. */
const REQUEST_MAX_BYTES = 100 * 1024 ** 2

/** @param tls key and certificate in PEM; absent: a listener without TLS */
export async function startKafkaListener(
  topic: string,
  tls?: { readonly key: string; readonly cert: string },
): Promise<KafkaListener> {
  const sockets = new Set<Socket>()
  const state = { password: undefined as string | undefined, accepted: 0, port: 0 }
  const hear = (socket: Socket) => {
    sockets.add(socket)
    let received = Buffer.alloc(0)
    let isKnown = false
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes])
      if (received.length >= 4 && received.readUInt32BE(0) > REQUEST_MAX_BYTES) socket.destroy()
      while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
        const length = received.readUInt32BE(0)
        const request = received.subarray(4, 4 + length)
        received = received.subarray(4 + length)
        const [key, version, correlation] = [
          request.readInt16BE(0),
          request.readInt16BE(2),
          request.readInt32BE(4),
        ]
        let body: Buffer
        if (key === API_VERSIONS) body = apiVersions(version)
        else if (key === SASL_HANDSHAKE) body = join(int16(0), int32(1), text('PLAIN'))
        else if (key === SASL_AUTHENTICATE) {
          isKnown = request.toString('latin1').endsWith(`\0${state.password}`)
          const told = isKnown ? [int16(0), int16(-1)] : [int16(AUTHENTICATION_FAILED), text('no such user')]
          body = join(...told, int32(0), int64(0))
        } else if (state.password !== undefined && !isKnown) {
          socket.destroy()
          return
        } else if (key === METADATA) body = metadata(topic, state.port)
        else body = join(int32(1), text(topic), int32(1), int32(0), produced(state.accepted++), int32(0))
        const answer = join(int32(correlation), body)
        socket.write(join(int32(answer.length), answer))
      }
    })
  }
  const server = tls === undefined ? createServer(hear) : createTlsServer(tls, hear)
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.port = (server.address() as { port: number }).port
  const disconnect = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: state.port,
    get accepted() {
      return state.accepted
    },
    get password() {
      return state.password
    },
    set password(password) {
      state.password = password
    },
    disconnect,
    async close() {
      disconnect()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** From version 3 on in the compact form: lengths are one more, and each part ends with its tags. */
function apiVersions(version: number): Buffer {
  const isCompact = version >= 3
  const tags = isCompact ? Buffer.of(0) : Buffer.alloc(0)
  const rows = VERSIONS.map((row) => join(...row.map(int16), tags))
  const count = isCompact ? Buffer.of(rows.length + 1) : int32(rows.length)
  return join(int16(0), count, ...rows, int32(0), tags)
}

function metadata(topic: string, port: number): Buffer {
  const broker = join(int32(1), text('127.0.0.1'), int32(port), int16(-1))
  const one = join(int32(1), int32(1))
  const partition = join(int16(0), int32(0), int32(1), one, one, int32(0))
  const topics = join(int32(1), int16(0), text(topic), Buffer.of(0), int32(1), partition)
  return join(int32(0), int32(1), broker, int16(-1), int32(1), topics)
}

const produced = (offset: number): Buffer => join(int16(0), int64(offset), int64(-1), int64(0))

const join = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts)

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

const text = (value: string): Buffer => join(int16(value.length), Buffer.from(value))
