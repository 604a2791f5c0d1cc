/**
 * The main file of an engine process. It starts its guard before anything else: the process never outlives
 * its worker, not even while it loads, and the thread of the guard starts while the main thread loads
 * everything else.
 */
import { Worker } from 'node:worker_threads'

/** The same file kind as this one: sources run unbuilt as .ts, a build as .js. */
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const guard = new Worker(new URL(`./session-guard.${extension}`, import.meta.url))
const guarding = new Promise<void>((resolve, reject) => {
  guard.on('error', reject)
  guard.once('message', () => resolve())
})
const [{ serve }] = await Promise.all([import('./session-channel.ts'), guarding])
serve(guard)
