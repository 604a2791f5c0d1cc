/** What commands that ask a running service share: its client, and the answer as JSON. */
import type { Command } from 'commander'
import { Client } from './client.ts'
import { readServiceOptions, type ServiceOptions } from './service-options.ts'

export type AnswerOptions = ServiceOptions & { readonly json?: true }

export function withJson(command: Command): Command {
  return command.option('--json', 'print the answer as one line of JSON')
}

/** @throws ConfigError as `readServiceOptions` does */
export function clientOf(options: ServiceOptions): Client {
  const { origin, key } = readServiceOptions(options)
  return new Client(origin, key)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
