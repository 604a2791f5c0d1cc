/**
 * Room `engine/child`: the other side of the wall: the process in which one untrusted script runs. What may
 * be lost with it enters; it imports nothing of the service.
 *
 * The main file of an engine process. It starts the guard before anything else, so that the process never
 * outlives its worker, not even while it loads; the guard starts in parallel with loading the rest.
 */
import { Worker } from 'node:worker_threads'

/** Sources run unbuilt as .ts, a build as .js. */
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const guard = new Worker(new URL(`./session-guard.${extension}`, import.meta.url))
const guarding = new Promise<void>((resolve, reject) => {
  guard.on('error', reject)
  guard.once('message', () => resolve())
})
const [{ serve }] = await Promise.all([import('./session-channel.ts'), guarding])
serve(guard)
