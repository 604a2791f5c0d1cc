/**
 * The guard of an engine process: a thread that works even while the script blocks the main thread, and that
 * stops when the system stops the process. It ends the process as soon as its worker is gone, even after a
 * kill -9, gives signs of life, and reports the process's memory where the worker cannot see it.
 *
 * It holds the far end of the lifeline, which the system closes with the worker.
 */
import { Socket } from 'node:net'
import { parentPort } from 'node:worker_threads'
import { ENGINE_BEAT_MS } from '../../core/limits.ts'
import {
  type ChildMessage,
  encodeMessage,
  FrameReader,
  LIFELINE_FD,
  parentMessage,
} from '../channel/session-protocol.ts'

const MEMORY_INTERVAL_MS = 100

const pings = new FrameReader()
const lifeline = new Socket({ fd: LIFELINE_FD, readable: true, writable: true })
lifeline.on('error', endProcess)
lifeline.on('close', endProcess)
lifeline.on('data', (chunk: Buffer) => {
  for (const value of pings.push(chunk)) if (parentMessage(value).kind === 'ping') tell({ kind: 'pong' })
})
setInterval(() => tell({ kind: 'beat' }), ENGINE_BEAT_MS)
parentPort!.once('message', () => setInterval(reportMemory, MEMORY_INTERVAL_MS))
parentPort!.postMessage('guarding')

function endProcess(): void {
  process.kill(process.pid, 'SIGKILL')
}

function tell(message: ChildMessage): void {
  lifeline.write(encodeMessage(message))
}

function reportMemory(): void {
  tell({ kind: 'memory', residentBytes: process.memoryUsage.rss() })
}
