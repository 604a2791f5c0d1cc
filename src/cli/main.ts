#!/usr/bin/env node
/**
 * The entry of the command line. It loads on any Node that knows modules, so that a version too old for the
 * rest is refused in plain words. Compiled code is kept between starts, in the user's own cache folder (a
 * shared one could be poisoned): a start then costs less than half.
 */
import * as module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { nodeFault } from './node-version.ts'

const fault = nodeFault(process.versions.node)
if (fault === undefined) {
  module.enableCompileCache(join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'reprise'))
  // A service that is killed would never write it.
  setTimeout(module.flushCompileCache, 3000).unref()
  await import('./program.ts')
} else {
  process.stderr.write(`reprise: ${fault}\n`)
  process.exitCode = 1
}
