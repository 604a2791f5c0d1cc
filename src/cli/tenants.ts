/** `reprise tenants`: tenants of an installation, with the key of its operator. */
import { Command } from 'commander'
import { ConfigError } from '../main/config.ts'
import type { Client } from './client.ts'
import { collect } from './collect.ts'
import { theOnly } from './meant.ts'
import { type OperatorOptions, operatorClient, TENANTS, withOperatorOptions } from './operator-options.ts'
import type { Row } from './people-meant.ts'
import { type Columns, field, showRow, showRows, showSecret } from './people-shown.ts'

const COLUMNS: Columns = [
  ['id', field('id')],
  ['name', field('name')],
  ['hosts', field('hostnames')],
  ['status', field('status')],
  ['restorable until', field('restorableUntil')],
]

interface Wish extends OperatorOptions {
  readonly name?: string
  readonly host?: readonly string[]
  readonly adminName?: string
  readonly adminSubject?: string
}

export function tenantsCommand(): Command {
  const command = new Command('tenants').description(
    'Look at tenants, make and remove them, as the operator of the installation.',
  )
  for (const one of [...looking(), ...making(), ...ending()]) command.addCommand(one)
  return command
}

function looking(): Command[] {
  return [
    withOperatorOptions(new Command('list').description('List tenants.')).action(
      async (options: OperatorOptions) => showRows(await all(operatorClient(options)), COLUMNS, options),
    ),
    withOperatorOptions(
      new Command('show').description('Show a tenant.').argument('<tenant>', 'its id, host or name'),
    ).action(async (text: string, options: OperatorOptions) =>
      showRow(await tenantMeant(operatorClient(options), text), COLUMNS, options),
    ),
  ]
}

function making(): Command[] {
  const host = [
    '--host <name>',
    'name of a host; may be given several times, the first stands in events',
    collect,
  ] as const
  return [
    withOperatorOptions(
      new Command('add')
        .description('Make a tenant; the key of its first administrator is shown this once.')
        .argument('<name>')
        .option(...host)
        .option('--admin-name <name>', 'of its first administrator')
        .option('--admin-subject <subject>', 'as its identity provider names the administrator'),
      'tenants add Acme --host acme.example.com',
    ).action(async (name: string, options: Wish) => {
      const { host: hostnames, adminName, adminSubject } = options
      const body = { name, hostnames, adminName, adminSubject }
      const made = await operatorClient(options).call<Row & { admin: { key: string } }>('POST', TENANTS, body)
      showRow(made, COLUMNS, options)
      showSecret('key of its administrator', made.admin.key, options)
    }),
    withOperatorOptions(
      new Command('change')
        .description('Change the name of a tenant, or all names of its hosts.')
        .argument('<tenant>', 'its id, host or name')
        .option('--name <name>')
        .option(...host),
      'tenants change acme.example.com --host acme.example.com --host acme.example.org',
    ).action(async (text: string, options: Wish) => {
      const { name, host: hostnames } = options
      if (name === undefined && hostnames === undefined)
        throw new ConfigError('give what to change: --name or --host')
      const client = operatorClient(options)
      const { id } = await tenantMeant(client, text)
      showRow(await client.call<Row>('PATCH', `${TENANTS}/${id}`, { name, hostnames }), COLUMNS, options)
    }),
  ]
}

function ending(): Command[] {
  return [
    withOperatorOptions(
      new Command('remove')
        .description('Remove a tenant: nobody comes in, nothing of it runs. Its data is kept for a while.')
        .argument('<tenant>', 'its id, host or name'),
    ).action(async (text: string, options: OperatorOptions) => {
      const client = operatorClient(options)
      const { id } = await tenantMeant(client, text)
      showRow(await client.call<Row>('DELETE', `${TENANTS}/${id}`), COLUMNS, options)
    }),
    withOperatorOptions(
      new Command('restore')
        .description('Restore a removed tenant as it was.')
        .argument('<tenant>', 'its id, host or name'),
    ).action(async (text: string, options: OperatorOptions) => {
      const client = operatorClient(options)
      const { id } = await tenantMeant(client, text)
      showRow(await client.call<Row>('POST', `${TENANTS}/${id}/actions/restore`), COLUMNS, options)
    }),
  ]
}

type Tenant = Row & { readonly id: string }

async function all(client: Client): Promise<Tenant[]> {
  return (await client.call<{ data: Tenant[] }>('GET', TENANTS)).data
}

/** @throws ConfigError when there is none, or several of that name */
async function tenantMeant(client: Client, text: string): Promise<Tenant> {
  const tenants = await all(client)
  const byId = tenants.find(({ id }) => id === text)
  const byHost = tenants.find(({ hostnames }) =>
    (hostnames as readonly string[]).includes(text.toLowerCase()),
  )
  if (byId !== undefined || byHost !== undefined) return (byId ?? byHost)!
  const named = tenants.filter(({ name }) => name === text)
  const one = theOnly(named, `tenants have the name "${text}"`)
  if (one === undefined) throw new ConfigError(`there is no tenant with the id, host or name "${text}"`)
  return one
}
