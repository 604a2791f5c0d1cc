#!/usr/bin/env node
/**
 * The command line: `reprise serve`, `reprise reload`, `reprise demo`. Each command is a file of its own. Wrong use, be it
 * an unknown option or a setting that cannot be read, ends with exit code 2.
 */
import { Command, CommanderError } from 'commander'
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
  .exitOverride()
for (const command of [serveCommand(), reloadCommand(), demoCommand()]) {
  program.addCommand(command.exitOverride())
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // What was wrong is on standard error already; help that was asked for is not wrong use.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else if (error instanceof ConfigError) {
    process.stderr.write(`reprise: ${error.message}\n`)
    process.exitCode = 2
  } else throw error
}
