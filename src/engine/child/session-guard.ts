/**
 * The guard of an engine process: a thread that works even while the script blocks the main thread. It ends
 * the process as soon as its worker is gone, even after a kill -9, and reports the process's memory where the
 * worker cannot see it.
 *
 * It holds the far end of the lifeline, a socket that the worker never writes to: the system closes it with
 * the worker.
 */
import { Socket } from 'node:net'
import { parentPort } from 'node:worker_threads'
import { encodeMessage, LIFELINE_FD } from '../channel/session-protocol.ts'

const MEMORY_INTERVAL_MS = 100

const lifeline = new Socket({ fd: LIFELINE_FD, readable: true, writable: true })
lifeline.on('error', endProcess)
lifeline.on('close', endProcess)
lifeline.resume()
parentPort!.once('message', () => setInterval(reportMemory, MEMORY_INTERVAL_MS))
parentPort!.postMessage('guarding')

function endProcess(): void {
  process.kill(process.pid, 'SIGKILL')
}

function reportMemory(): void {
  lifeline.write(encodeMessage({ kind: 'memory', residentBytes: process.memoryUsage.rss() }))
}
