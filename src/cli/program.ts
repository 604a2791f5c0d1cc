/**
 * Room `cli`: the command line: one file a command. What a person at a terminal needs enters; commands about
 * a running service speak HTTP as any client does.
 *
 * Reads the command line and runs one command. Wrong options and invalid settings end with exit code 2.
 */
import { Command, CommanderError } from 'commander'
import { ConfigError } from '../main/config.ts'
import { VERSION } from '../main/version.ts'
import { ApiError } from './client.ts'
import { commandsFor } from './commands.ts'

const program = new Command('reprise')
  .description(
    'A self-hosted reload service: runs Qlik load scripts and tells exactly once how each reload ended.',
  )
  .version(VERSION)
  .exitOverride()
for (const command of await commandsFor(process.argv[2])) {
  for (const one of [command, ...command.commands]) one.exitOverride()
  program.addCommand(command)
}

/**
 * Who reads the output, such as `head`, may have enough of it, and a terminal may be gone: what is printed
 * after that is lost, and the exit code still tells how the command ended.
 */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // The fault is on standard error already; asking for help is not wrong use.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else if (error instanceof ConfigError) {
    process.stderr.write(`reprise: ${error.message}\n`)
    process.exitCode = 2
  } else if (error instanceof ApiError) {
    process.stderr.write(`reprise: the service refused: ${error.message}\n`)
    process.exitCode = 1
  } else throw error
}
