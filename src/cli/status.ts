/** `reprise status`: is the service there, and what stands around its engine processes. Needs no key. */
import { Command } from 'commander'
import { ConfigError } from '../main/config.ts'
import { ApiError, Client } from './client.ts'
import { Terminal } from './terminal.ts'

interface Readiness {
  readonly status: string
  readonly wall: string
  readonly wallMissing?: string
}

export function statusCommand(): Command {
  return new Command('status')
    .description(
      'Show whether a service takes requests, its version, and the wall around its engine processes.',
    )
    .option('--url <origin>', 'the service (REPRISE_URL)', process.env.REPRISE_URL ?? 'http://127.0.0.1:4600')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 it takes requests, 1 it is there and takes none, 2 no service answers, or wrong use',
    )
    .action(async ({ url, json }: { url: string; json?: true }) => {
      if (!URL.canParse(url)) throw new ConfigError(`--url takes an address such as http://127.0.0.1:4600`)
      const client = new Client(new URL(url).origin, '')
      const health = client.call<{ version: string }>('GET', '/healthz')
      const { version } = await health.catch((error: unknown) => {
        if (error instanceof ApiError) throw error
        throw new ConfigError(`no service answers at ${url}`)
      })
      const ready = await client.call<Readiness>('GET', '/readyz')
      if (json === true) process.stdout.write(`${JSON.stringify({ version, ...ready })}\n`)
      else show(new Terminal(process.stdout), version, ready)
    })
}

function show(terminal: Terminal, version: string, { status, wall, wallMissing }: Readiness): void {
  terminal.line(`service      ${status}, version ${version}`)
  terminal.line(`engine wall  ${wallMissing === undefined ? wall : `${wall}: ${wallMissing}`}`)
}
