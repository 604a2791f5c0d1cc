/** `reprise groups`: groups of a tenant, and the roles that they give. */
import { Command } from 'commander'
import { type AnswerOptions, clientOf } from './answer.ts'
import { collect } from './collect.ts'
import { KINDS, meantOne, type Row } from './people-meant.ts'
import {
  asking,
  changeOne,
  field,
  listing,
  namesIn,
  removing,
  rolesNamed,
  type ShownKind,
  showing,
  showRow,
  wished,
} from './people-shown.ts'

const GROUP: ShownKind = {
  ...KINDS.group,
  columns: [
    ['id', field('id')],
    ['name', field('name')],
    ['roles', namesIn('assignedRoles')],
    ['from', field('providerType')],
  ],
}

interface Wish {
  readonly name?: string
  readonly description?: string
  readonly role?: readonly string[]
}

export function groupsCommand(): Command {
  const role = ['--role <role>', 'such as Developer; may be given several times', collect] as const
  return new Command('groups')
    .description('Look at groups, and change them.')
    .addCommand(listing(GROUP))
    .addCommand(showing(GROUP, 'Show a group.'))
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
        const assignedRoles = rolesNamed(roles)
        const body = { name, description, assignedRoles, providerType: 'custom' }
        showRow(await clientOf(options).call<Row>('POST', GROUP.path, body), GROUP.columns, options)
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
        const { id } = await meantOne(clientOf(options), GROUP, text)
        const { name, description, role: roles } = options
        const fields = { name, description, assignedRoles: rolesNamed(roles) }
        await changeOne(GROUP, id, wished(fields, '--name, --description or --role'), options)
      }),
    )
    .addCommand(removing(GROUP, 'Remove a group: its members lose what it gave.'))
}
