/** Options that commands which run a script share: its variables, and a time limit. */
import type { Command } from 'commander'
import { ConfigError, parseDurationMs } from '../main/config.ts'
import { collect } from './collect.ts'

export function withVariables(command: Command): Command {
  return command.option(
    '--variable <name=value>',
    'set a variable before the script starts; repeatable',
    collect,
  )
}

/** @throws ConfigError for a text without a name */
export function readVariables(texts: readonly string[] = []): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at < 1) throw new ConfigError(`--variable takes name=value, not "${text}"`)
    variables[text.slice(0, at)] = text.slice(at + 1)
  }
  return variables
}

/** @throws ConfigError for a text that is no duration */
export function readTimeout(text: string): number {
  try {
    return parseDurationMs(text)
  } catch (error) {
    throw new ConfigError(`--timeout: ${(error as Error).message}`)
  }
}
