/** Address of a running service and key of its operator: what the operator's commands share. */
import type { Command } from 'commander'
import { ConfigError } from '../main/config.ts'
import { withJson } from './answer.ts'
import { Client } from './client.ts'

/** Where the operator looks at tenants. */
export const TENANTS = '/api/operator/tenants'

export interface OperatorOptions {
  readonly url: string
  readonly json?: true
}

export function withOperatorOptions(command: Command, ...examples: readonly string[]): Command {
  const text = examples.map((one) => `\n\nExample:\n  reprise ${one}`).join('')
  const url = process.env.REPRISE_URL ?? 'http://127.0.0.1:4600'
  return withJson(command.option('--url <origin>', 'the service (REPRISE_URL)', url)).addHelpText(
    'after',
    `\nThe key is that of the operator, in REPRISE_OPERATOR_KEY.${text}`,
  )
}

/** @throws ConfigError if the key is missing or the origin is invalid */
export function operatorClient({ url }: OperatorOptions): Client {
  const key = process.env.REPRISE_OPERATOR_KEY ?? ''
  if (key === '') throw new ConfigError('the key of the operator is needed: set REPRISE_OPERATOR_KEY')
  if (!URL.canParse(url)) throw new ConfigError('--url takes an address such as http://127.0.0.1:4600')
  return new Client(new URL(url).origin, key)
}
