/** `reprise serve`: the whole service in one process, until a signal. */

import { Command } from 'commander'
import { defined } from '../core/defined.ts'
import { ENVIRONMENT, withStage } from '../core/surface.ts'
import { ConfigError, readConfig, type SettingTexts } from '../main/config.ts'
import { startService } from '../main/service.ts'
import { SETTINGS } from '../main/settings-table.ts'
import { stopOnSignal } from '../main/signals.ts'
import { StartRefused } from '../main/surroundings.ts'
import { UnwaitedLines } from '../main/unwaited-lines.ts'
import { jsonLog, realWorld } from '../main/world.ts'

export function serveCommand(): Command {
  const command = new Command('serve').description(
    'Start the service with everything it needs under one folder.',
  )
  for (const name of ['host', 'port', 'dataDir', 'tlsCert', 'tlsKey'] as const) {
    const { flag, meaning, variable, default: fallback } = SETTINGS[name]
    const otherwise = fallback === '' ? '' : `, default ${fallback}`
    command.option(`${flag} <value>`, `${meaning} (${variable}${otherwise})`)
  }
  for (const { flag, meaning, variable } of [SETTINGS.watch, SETTINGS.trustTenants]) {
    command.option(flag, `${meaning} (${variable})`)
  }
  return command
    .option('--begin-anew', 'the database is gone: begin with a new one, set aside what is there')
    .option('--accept-loss', 'go on without a key or a folder that is gone')
    .addHelpText(
      'after',
      '\nExit code: 0 stopped in order, 1 could not start or not stop in order, 2 wrong settings' +
        `\n\nMore settings by environment:\n${environmentHelp()}`,
    )
    .action(async (flags: ServeFlags) => {
      const { data, trustTenants, watch, beginAnew = false, acceptLoss = false, ...others } = flags
      const switches = { trustTenants: trustTenants && 'on', watch: watch && 'on' }
      const texts = { ...others, ...defined({ dataDir: data, ...switches }) }
      const settings = readConfig(texts as SettingTexts, process.env)
      const config = { ...settings, accepted: { beginAnew, acceptLoss } }
      // Database, data and key are readable by their owner only, even in a folder that somebody else made.
      process.umask(0o077)
      const log = jsonLog(config.logLevel)
      const service = await startService(config, realWorld(log)).catch((error: unknown) => {
        process.stderr.write(`reprise: cannot start: ${startFault(error)}\n`)
      })
      if (service === undefined) {
        process.exitCode = 1
        return
      }
      const output = new UnwaitedLines(1)
      output.write(`Reprise listens on ${service.url}\n`)
      if (service.madeAdminKey !== undefined) {
        output.write(`Admin API key, shown this once: ${service.madeAdminKey}\n`)
      }
      await stopOnSignal(log, config.drainMs, () => service.stop())
    })
}

interface ServeFlags {
  readonly host?: string
  readonly port?: string
  readonly data?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly trustTenants?: true
  readonly watch?: true
  readonly beginAnew?: true
  readonly acceptLoss?: true
}

function environmentHelp(): string {
  return Object.values(SETTINGS)
    .filter((setting) => !('flag' in setting))
    .map(({ variable, meaning, default: fallback }) => {
      const named = withStage(`  ${variable}`, ENVIRONMENT[variable])
      return fallback === ''
        ? `${named}\n      ${meaning}`
        : `${named} (default ${fallback})\n      ${meaning}`
    })
    .join('\n')
}

/** Errors of the machine become one line; anything else is our own bug and keeps its stack. */
function startFault(error: unknown): string {
  const { message, stack, code, cause } = error as NodeJS.ErrnoException
  if (error instanceof ConfigError || error instanceof StartRefused) return message
  if (code === 'EADDRINUSE') return `${message}; choose another port with --port`
  const ofTheMachine = code !== undefined || (cause as NodeJS.ErrnoException | undefined)?.code !== undefined
  return ofTheMachine ? message : (stack ?? String(error))
}
