#!/usr/bin/env node
/** The command line: `reprise serve`, `reprise reload`, `reprise demo`. Each command is a file of its own. */
import { Command } from 'commander'
import { ConfigError } from '../main/config.ts'
import { VERSION } from '../main/version.ts'
import { demoCommand } from './demo.ts'
import { reloadCommand } from './reload.ts'
import { serveCommand } from './serve.ts'

const program = new Command('reprise')
  .description(
    'A self-hosted reload service: runs Qlik load scripts and tells exactly once how each reload ended.',
  )
  .version(VERSION)
  .addCommand(serveCommand())
  .addCommand(reloadCommand())
  .addCommand(demoCommand())

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`reprise: ${error.message}\n`)
  process.exitCode = 2
}
