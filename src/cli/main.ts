#!/usr/bin/env node
/**
 * The entry of the command line. It loads on any Node with ES modules, so that a too old version gets a plain
 * message. Compiled code is cached between starts, which more than halves the start time, in the user's own
 * cache folder (a shared one could be poisoned).
 */
import * as module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { nodeFault } from './node-version.ts'
import { boundYoungHeap } from './young-heap.ts'

const fault = nodeFault(process.versions.node)
if (fault === undefined) {
  if (process.argv[2] === 'serve') boundYoungHeap()
  module.enableCompileCache(join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'reprise'))
  // Otherwise a killed service would never write the cache.
  setTimeout(module.flushCompileCache, 3000).unref()
  await import('./program.ts')
} else {
  process.stderr.write(`reprise: ${fault}\n`)
  process.exitCode = 1
}
