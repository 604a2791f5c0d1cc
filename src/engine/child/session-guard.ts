/**
 * The guard of an engine process: a thread for what must happen even while the script keeps the main thread
 * busy for ever. It ends the process the moment its worker is gone, also after a kill -9 of the worker; and
 * where the worker cannot see the process's memory, it tells it.
 *
 * It holds the far end of a socket of its own, the life line, that the worker never writes to: the system
 * closes it with the worker.
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
