/**
 * The guard of an engine process: a thread that ends the process the moment its worker is gone, also when the script
 * keeps the main thread busy for ever and also after a kill -9 of the worker.
 *
 * It holds the far end of a socket that the worker never writes to: the system closes it with the worker.
 */
import { Socket } from 'node:net'
import { parentPort } from 'node:worker_threads'

/** File descriptor of the life line, as the worker hands it over (session-child). */
const LIFELINE_FD = 4

const lifeline = new Socket({ fd: LIFELINE_FD, readable: true, writable: false })
lifeline.on('error', endProcess)
lifeline.on('close', endProcess)
lifeline.resume()
parentPort!.postMessage('guarding')

function endProcess(): void {
  process.kill(process.pid, 'SIGKILL')
}
