/** `reprise limits`: shows and changes the limits of tenants of a running service, for its operator. */
import { Command } from 'commander'
import { TENANT_LIMIT_BOUNDS } from '../core/limits.ts'
import { ConfigError } from '../main/config.ts'
import { printJson } from './answer.ts'
import {
  type OperatorOptions as Options,
  operatorClient,
  TENANTS,
  withOperatorOptions,
} from './operator-options.ts'
import { Terminal } from './terminal.ts'

const NAMES = Object.keys(TENANT_LIMIT_BOUNDS)

interface TenantWithLimits {
  readonly id: string
  readonly name: string
  readonly limits: { readonly own: Amounts; readonly effective: Amounts }
}
type Amounts = Readonly<Record<string, number>>

export function limitsCommand(): Command {
  const show = new Command('show')
    .description('Show the limits of every tenant, or of one.')
    .argument('[tenant]', 'id of the tenant')
  withOperatorOptions(show).action(async (id: string | undefined, options: Options) => {
    const client = operatorClient(options)
    const tenants =
      id === undefined
        ? (await client.call<{ data: TenantWithLimits[] }>('GET', TENANTS)).data
        : [await client.call<TenantWithLimits>('GET', `${TENANTS}/${encodeURIComponent(id)}`)]
    print(tenants, options)
  })
  const set = new Command('set')
    .description('Change limits of a tenant; they hold at once.')
    .argument('<tenant>', 'id of the tenant')
    .argument('<limit=value...>', `${NAMES.join(', ')}; "default" takes the tenant's own away`)
  withOperatorOptions(set).action(async (id: string, changes: readonly string[], options: Options) => {
    const change = Object.fromEntries(changes.map(readChange))
    const path = `${TENANTS}/${encodeURIComponent(id)}/limits`
    print([await operatorClient(options).call<TenantWithLimits>('PATCH', path, change)], options)
  })
  return new Command('limits')
    .description('Look at the limits of tenants and change them, as the operator of the installation.')
    .addCommand(show)
    .addCommand(set)
}

function readChange(text: string): [string, number | null] {
  const [name = '', value = ''] = text.split('=')
  if (!NAMES.includes(name)) throw new ConfigError(`"${name}" is not one of ${NAMES.join(', ')}`)
  if (value === 'default') return [name, null]
  const amount = value.trim() === '' ? Number.NaN : Number(value)
  if (!Number.isFinite(amount)) throw new ConfigError(`${name} takes a number or "default", not "${value}"`)
  return [name, amount]
}

function print(tenants: readonly TenantWithLimits[], { json }: Options): void {
  if (json === true) {
    printJson(tenants)
    return
  }
  const terminal = new Terminal(process.stdout)
  for (const { id, name, limits } of tenants) {
    terminal.heading(`${name}  ${id}`)
    terminal.table(
      ['limit', 'value', 'set for'],
      NAMES.map((limit) => [
        limit,
        String(limits.effective[limit]),
        limits.own[limit] === undefined ? 'all tenants' : 'this tenant',
      ]),
    )
  }
}
