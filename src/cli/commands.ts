/** The commands of `reprise`, each with its stage in its help (core/surface.ts). */
import type { Command } from 'commander'
import { COMMANDS, withStage } from '../core/surface.ts'

/**
 * Each is loaded when it is meant: a service that runs for months is not to hold DuckDB and the language of
 * scripts because another command needs them.
 */
const LOADED: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand(),
  status: async () => (await import('./status.ts')).statusCommand(),
  tasks: async () => (await import('./tasks.ts')).tasksCommand(),
  run: async () => (await import('./run.ts')).runCommand(),
  reload: async () => (await import('./reload.ts')).reloadCommand(),
  events: async () => (await import('./events.ts')).eventsCommand(),
  alerts: async () => (await import('./alerts.ts')).alertsCommand(),
  automations: async () => (await import('./automations.ts')).automationsCommand(),
  users: async () => (await import('./users.ts')).usersCommand(),
  groups: async () => (await import('./groups.ts')).groupsCommand(),
  spaces: async () => (await import('./spaces.ts')).spacesCommand(),
  keys: async () => (await import('./keys.ts')).keysCommand(),
  clients: async () => (await import('./clients.ts')).clientsCommand(),
  tenants: async () => (await import('./tenants.ts')).tenantsCommand(),
  limits: async () => (await import('./limits.ts')).limitsCommand(),
  listen: async () => (await import('./listen.ts')).listenCommand(),
  demo: async () => (await import('./demo.ts')).demoCommand(),
  qvd: async () => (await import('./qvd.ts')).qvdCommand(),
  check: async () => (await import('./check.ts')).checkCommand(),
}

/** @param word of the command line, the first: the command that it names, else all, as for help */
export async function commandsFor(word: string | undefined): Promise<Command[]> {
  const isNamed = word !== undefined && Object.hasOwn(LOADED, word)
  const names = isNamed ? [word] : Object.keys(LOADED)
  const found = await Promise.all(names.map((name) => LOADED[name]!()))
  for (const command of found) {
    command.description(withStage(command.description(), COMMANDS[command.name()]))
  }
  return found
}
