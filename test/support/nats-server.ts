/**
 * A real nats-server with JetStream of a test's own: a Debian package of that name brings it. Started on a
 * free port with a folder of its own, and killed at the end.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type ConnectionOptions, connect, type NatsConnection } from '@nats-io/transport-node'

const FOUND = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin']
  .map((folder) => join(folder, 'nats-server'))
  .find((file) => existsSync(file))

/** Why tests that need it are skipped; undefined where it is installed. */
export const NO_NATS =
  FOUND === undefined ? 'nats-server is not installed (Debian package nats-server)' : undefined

export interface NatsServer {
  readonly url: string
  readonly connection: NatsConnection
  /** SIGKILL; the folder stays. */
  kill(): Promise<void>
  /** Starts again on the same port with the same folder. */
  restart(): Promise<void>
  /** Gives it another configuration while it runs. */
  reconfigure(config: string): void
  close(): Promise<void>
}

/**
 * @param config text of its configuration file
 * @param admin how `connection` is made, where the configuration asks for more than an address
 */
export async function startNatsServer(config = '', admin?: ConnectionOptions): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-nats-'))
  const configure = (text: string) => {
    // Not by -js: what the command line says is forgotten when the file is read again.
    const jetStream = `jetstream { store_dir: "${folder}" }\n`
    writeFileSync(join(folder, 'nats.conf'), jetStream + text)
  }
  configure(config)
  const port = await freePort()
  const url = `nats://127.0.0.1:${port}`
  let server = run(port, folder)
  const connection = await connect({
    ...admin,
    servers: url,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  })
  const kill = async () => {
    const gone = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGKILL')
    await gone
  }
  return {
    url,
    connection,
    kill,
    async restart() {
      server = run(port, folder)
      for (;;) {
        try {
          await connection.flush()
          return
        } catch {
          // It is not up yet: the connection comes back by itself.
        }
      }
    },
    reconfigure(text) {
      configure(text)
      server.kill('SIGHUP')
    },
    async close() {
      await connection.close()
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function run(port: number, folder: string): ChildProcess {
  const options = ['-a', '127.0.0.1', '-p', String(port), '-c', join(folder, 'nats.conf')]
  return spawn(FOUND!, options, { stdio: 'ignore' })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
