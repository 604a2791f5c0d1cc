#!/usr/bin/env node
/**
 * The entry of the command line. Compiled code is kept between starts, in the user's own cache folder (a
 * shared one could be poisoned): a start then costs less than half. Where it cannot be kept, everything is
 * compiled as ever.
 */
import { enableCompileCache, flushCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

enableCompileCache(join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'reprise'))
// A service that is killed would never write it.
setTimeout(flushCompileCache, 3000).unref()
await import('./program.ts')
