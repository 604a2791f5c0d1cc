/** The commands of `reprise`, each with its stage in its help (core/surface.ts). */
import type { Command } from 'commander'
import { COMMANDS, withStage } from '../core/surface.ts'
import { alertsCommand } from './alerts.ts'
import { automationsCommand } from './automations.ts'
import { checkCommand } from './check.ts'
import { clientsCommand } from './clients.ts'
import { demoCommand } from './demo.ts'
import { eventsCommand } from './events.ts'
import { groupsCommand } from './groups.ts'
import { keysCommand } from './keys.ts'
import { limitsCommand } from './limits.ts'
import { listenCommand } from './listen.ts'
import { qvdCommand } from './qvd.ts'
import { reloadCommand } from './reload.ts'
import { runCommand } from './run.ts'
import { serveCommand } from './serve.ts'
import { spacesCommand } from './spaces.ts'
import { statusCommand } from './status.ts'
import { tasksCommand } from './tasks.ts'
import { tenantsCommand } from './tenants.ts'
import { usersCommand } from './users.ts'

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
    usersCommand(),
    groupsCommand(),
    spacesCommand(),
    keysCommand(),
    clientsCommand(),
    tenantsCommand(),
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
