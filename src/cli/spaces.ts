/** `reprise spaces`: spaces of a tenant, and their members. */
import { Command } from 'commander'
import { ConfigError } from '../main/config.ts'
import { type AnswerOptions, clientOf } from './answer.ts'
import type { Client } from './client.ts'
import { collect } from './collect.ts'
import { KINDS, meantOne, PAGE_LIMIT, type Row } from './people-meant.ts'
import {
  asking,
  type Columns,
  changeOne,
  done,
  field,
  listing,
  removing,
  type ShownKind,
  showing,
  showRow,
  showRows,
  wished,
} from './people-shown.ts'

const { user: USER, group: GROUP } = KINDS

const SPACE: ShownKind = {
  ...KINDS.space,
  columns: [
    ['id', field('id')],
    ['name', field('name')],
    ['type', field('type')],
    ['owner', field('ownerId')],
    ['description', field('description')],
  ],
}

const MEMBERS: Columns = [
  ['assignment', field('id')],
  ['type', field('type')],
  ['who', field('assigneeId')],
  ['roles', field('roles')],
]

interface Member extends AnswerOptions {
  readonly user?: string
  readonly group?: string
  readonly role?: readonly string[]
}

export function spacesCommand(): Command {
  const command = new Command('spaces').description('Look at spaces and their members, and change them.')
  command.addCommand(listing(SPACE))
  for (const one of [...lives(), ...members()]) command.addCommand(one)
  return command
}

function lives(): Command[] {
  return [
    showing(SPACE, 'Show a space.'),
    asking(
      new Command('add')
        .description('Add a space.')
        .argument('<name>')
        .option('--type <type>', 'shared, managed or data', 'shared')
        .option('--description <text>'),
      'spaces add Finance --type managed',
    ).action(async (name: string, options: { type: string; description?: string } & AnswerOptions) => {
      const { type, description } = options
      const made = await clientOf(options).call<Row>('POST', SPACE.path, { name, type, description })
      showRow(made, SPACE.columns, options)
    }),
    asking(
      new Command('change')
        .description('Change a space.')
        .argument('<space>')
        .option('--name <name>')
        .option('--description <text>')
        .option('--owner <user>'),
    ).action(
      async (
        text: string,
        options: { name?: string; description?: string; owner?: string } & AnswerOptions,
      ) => {
        const client = clientOf(options)
        const { id } = await meantOne(client, SPACE, text)
        const { name, description, owner } = options
        const ownerId = owner === undefined ? undefined : (await meantOne(client, USER, owner)).id
        const choices = '--name, --description or --owner'
        await changeOne(SPACE, id, wished({ name, description, ownerId }, choices), options)
      },
    ),
    removing(SPACE, 'Remove an empty space.'),
  ]
}

function members(): Command[] {
  const who = (command: Command) =>
    asking(
      command.argument('<space>').option('--user <user>').option('--group <group>'),
      'spaces add-member Finance --user ada@example.com --role producer',
    )
  const role = ['--role <role>', 'role in the space; may be given several times', collect] as const
  return [
    asking(new Command('members').description('List the members of a space.').argument('<space>')).action(
      async (text: string, options: AnswerOptions) => {
        const client = clientOf(options)
        showRows(await membersOf(client, (await meantOne(client, SPACE, text)).id), MEMBERS, options)
      },
    ),
    who(
      new Command('add-member').description('Give a user or a group roles in a space.').option(...role),
    ).action(async (text: string, options: Member) => {
      const client = clientOf(options)
      const { id } = await meantOne(client, SPACE, text)
      const body = { ...(await assignee(client, options)), roles: rolesOf(options) }
      showRow(await client.call<Row>('POST', `${SPACE.path}/${id}/assignments`, body), MEMBERS, options)
    }),
    who(
      new Command('change-member')
        .description('Change the roles of a member: the whole list.')
        .option(...role),
    ).action(async (text: string, options: Member) => {
      const client = clientOf(options)
      const path = await assignmentPath(client, text, options)
      showRow(await client.call<Row>('PUT', path, { roles: rolesOf(options) }), MEMBERS, options)
    }),
    who(new Command('remove-member').description('Take a member out of a space.')).action(
      async (text: string, options: Member) => {
        const client = clientOf(options)
        const path = await assignmentPath(client, text, options)
        await client.call('DELETE', path)
        done('removed the member', { path }, options)
      },
    ),
  ]
}

function membersOf(client: Client, spaceId: string): Promise<Row[]> {
  return client.rows<Row>(`${SPACE.path}/${spaceId}/assignments?limit=${PAGE_LIMIT}`)
}

async function assignee(client: Client, { user, group }: Member) {
  if ((user === undefined) === (group === undefined)) throw new ConfigError('give --user or --group')
  return user === undefined
    ? { type: 'group', assigneeId: (await meantOne(client, GROUP, group!)).id }
    : { type: 'user', assigneeId: (await meantOne(client, USER, user)).id }
}

async function assignmentPath(client: Client, space: string, member: Member): Promise<string> {
  const { id } = await meantOne(client, SPACE, space)
  const { type, assigneeId } = await assignee(client, member)
  const found = (await membersOf(client, id)).find(
    (row) => row.type === type && row.assigneeId === assigneeId,
  )
  if (found === undefined)
    throw new ConfigError(`the ${type} is no member of the space: see reprise spaces members`)
  return `${SPACE.path}/${id}/assignments/${found.id}`
}

function rolesOf({ role }: Member): readonly string[] {
  if (role === undefined) throw new ConfigError('give --role, such as --role producer')
  return role
}
