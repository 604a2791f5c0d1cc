/** The commands of `reprise`, each with its stage in its help (core/surface.ts). */
import type { Command } from 'commander'
import { COMMANDS, withStage } from '../core/surface.ts'
import { alertsCommand } from './alerts.ts'
import { automationsCommand } from './automations.ts'
import { checkCommand } from './check.ts'
import { demoCommand } from './demo.ts'
import { eventsCommand } from './events.ts'
import { limitsCommand } from './limits.ts'
import { listenCommand } from './listen.ts'
import { qvdCommand } from './qvd.ts'
import { reloadCommand } from './reload.ts'
import { runCommand } from './run.ts'
import { serveCommand } from './serve.ts'
import { statusCommand } from './status.ts'
import { tasksCommand } from './tasks.ts'

export function commands(): Command[] {
  const all = [
    serveCommand(),
    statusCommand(),
    tasksCommand(),
    runCommand(),
    reloadCommand(),
    eventsCommand(),
    alertsCommand(),
    automationsCommand(),
    limitsCommand(),
    listenCommand(),
    demoCommand(),
    qvdCommand(),
    checkCommand(),
  ]
  for (const command of all) {
    command.description(withStage(command.description(), COMMANDS[command.name()]))
  }
  return all
}
