/**
 * A Kafka double of a test's own: the mock cluster inside librdkafka, run by `kcat` (Debian package kcat). It
 * speaks the protocol, keeps everything in memory and has a new port each time; a double, not a broker.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { stopProcess } from './observe.ts'

const FOUND = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'kcat'))
  .find((file) => existsSync(file))

/** Why tests that need it are skipped; undefined where it is installed. */
export const NO_KAFKA = FOUND === undefined ? 'kcat is not installed (Debian package kcat)' : undefined

/** A record as `kcat` reads it. */
export interface ReadRecord {
  readonly key: string
  readonly payload: string
  readonly headers: Readonly<Record<string, string>>
}

export interface KafkaDouble {
  readonly url: string
  /** Everything in the topic, read by librdkafka. */
  records(): Promise<ReadRecord[]>
  /** Stops answering, as a machine does that hangs; resolves when it stands. */
  freeze(): Promise<void>
  thaw(): void
  /** SIGKILL; what it held is gone. */
  kill(): Promise<void>
}

export async function startKafkaDouble(topic: string): Promise<KafkaDouble> {
  const args = ['-P', '-b', 'none', '-t', topic, '-X', 'test.mock.num.brokers=1', '-d', 'mock']
  const server = spawn(FOUND!, args, { stdio: ['pipe', 'ignore', 'pipe'] })
  const address = await bootstrapServers(server)
  return {
    url: `kafka://${address}`,
    async records() {
      const reading = ['-C', '-b', address, '-t', topic, '-o', 'beginning', '-e', '-q', '-J']
      const { stdout } = await promisify(execFile)(FOUND!, reading, { maxBuffer: 64 * 2 ** 20 })
      const lines = stdout.split('\n').filter((line) => line !== '')
      return lines.map((line) => readRecord(JSON.parse(line)))
    },
    freeze: () => stopProcess(server.pid!),
    thaw: () => void server.kill('SIGCONT'),
    async kill() {
      if (server.exitCode !== null || server.signalCode !== null) return
      const gone = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGKILL')
      await gone
    },
  }
}

/** It tells them in its log, which is read on so that it does not fill up. */
function bootstrapServers(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('exit', () => reject(new Error('kcat ended before it told its address')))
    createInterface({ input: server.stderr! }).on('line', (line) => {
      const found = /bootstrap\.servers=(\S+)/.exec(line)
      if (found !== null) resolve(found[1]!)
    })
  })
}

function readRecord(line: { key: string; payload: string; headers?: readonly string[] }): ReadRecord {
  const headers: Record<string, string> = {}
  const texts = line.headers ?? []
  for (let i = 0; i < texts.length; i += 2) headers[texts[i]!] = texts[i + 1]!
  return { key: line.key, payload: line.payload, headers }
}
