/** Address and key of a running service: the options that its commands share. */
import type { Command } from 'commander'
import { ConfigError } from '../main/config.ts'

export interface ServiceOptions {
  readonly url: string
  readonly key?: string
}

export function withServiceOptions(command: Command): Command {
  return command
    .option('--url <origin>', 'the service (REPRISE_URL)', process.env.REPRISE_URL ?? 'http://127.0.0.1:4600')
    .option(
      '--key <key>',
      'API key; better given as REPRISE_KEY, where other users of the machine cannot see it',
    )
}

/** @throws ConfigError if the key is missing or the origin is invalid */
export function readServiceOptions({ url, key = process.env.REPRISE_KEY }: ServiceOptions): {
  readonly origin: string
  readonly key: string
} {
  if (key === undefined || key === '')
    throw new ConfigError('an API key is needed: set REPRISE_KEY or give --key')
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new ConfigError(`--url takes an address such as http://127.0.0.1:4600, not "${url}"`)
  }
  return { origin: new URL(url).origin, key }
}
