/** `reprise groups`: groups of a tenant, and the roles that they give. */
import { Command } from 'commander'
import { ConfigError } from '../main/config.ts'
import { type AnswerOptions, clientOf } from './answer.ts'
import { KINDS, meantOne, type Row } from './people-meant.ts'
import {
  asking,
  type Columns,
  collect,
  done,
  field,
  listing,
  namesIn,
  patched,
  replacing,
  showRow,
} from './people-shown.ts'

const { group: GROUP } = KINDS

const COLUMNS: Columns = [
  ['id', field('id')],
  ['name', field('name')],
  ['roles', namesIn('assignedRoles')],
  ['from', field('providerType')],
]

interface Wish {
  readonly name?: string
  readonly description?: string
  readonly role?: readonly string[]
}

export function groupsCommand(): Command {
  const role = ['--role <role>', 'such as Developer; may be given several times', collect] as const
  return new Command('groups')
    .description('Look at groups, and change them.')
    .addCommand(listing(new Command('list'), GROUP, COLUMNS))
    .addCommand(
      asking(new Command('show').description('Show a group.').argument('<group>')).action(
        async (text: string, options: AnswerOptions) =>
          showRow(await meantOne(clientOf(options), GROUP, text), COLUMNS, options),
      ),
    )
    .addCommand(
      asking(
        new Command('add')
          .description('Add a group. Its members are named with reprise users change --group.')
          .argument('<name>')
          .option('--description <text>')
          .option(...role),
        'groups add analysts --role Developer',
      ).action(async (name: string, options: Wish & AnswerOptions) => {
        const { description, role: roles } = options
        const assignedRoles = roles?.map((one) => ({ name: one }))
        const body = { name, description, assignedRoles, providerType: 'custom' }
        showRow(await clientOf(options).call<Row>('POST', GROUP.path, body), COLUMNS, options)
      }),
    )
    .addCommand(
      asking(
        new Command('change')
          .description('Change a group; roles are the whole list.')
          .argument('<group>')
          .option('--name <name>')
          .option('--description <text>')
          .option(...role),
        'groups change analysts --role Developer --role AuditAdmin',
      ).action(async (text: string, options: Wish & AnswerOptions) => {
        const client = clientOf(options)
        const { id } = await meantOne(client, GROUP, text)
        const { name, description, role: roles } = options
        const assignedRoles = roles?.map((one) => ({ name: one }))
        const operations = replacing({ name, description, assignedRoles })
        if (operations.length === 0)
          throw new ConfigError('give what to change: --name, --description or --role')
        await patched(client, `${GROUP.path}/${id}`, operations)
        showRow(await meantOne(client, GROUP, id), COLUMNS, options)
      }),
    )
    .addCommand(
      asking(
        new Command('remove')
          .description('Remove a group: its members lose what it gave.')
          .argument('<group>'),
      ).action(async (text: string, options: AnswerOptions) => {
        const client = clientOf(options)
        const group = await meantOne(client, GROUP, text)
        await client.call('DELETE', `${GROUP.path}/${group.id}`)
        done(`removed ${JSON.stringify(group.name)}, ${group.id}`, group, options)
      }),
    )
}
