/** `reprise users`: people of a tenant, each meant by its id, else by its exact subject, e-mail or name. */
import { Command } from 'commander'
import { type AnswerOptions, clientOf } from './answer.ts'
import type { Client } from './client.ts'
import { collect } from './collect.ts'
import { KINDS, meantOne, type Row } from './people-meant.ts'
import {
  asking,
  changeOne,
  done,
  field,
  listing,
  namesIn,
  removing,
  replacing,
  rolesNamed,
  type ShownKind,
  showing,
  showRow,
  wished,
} from './people-shown.ts'

const { group: GROUP } = KINDS

const USER: ShownKind = {
  ...KINDS.user,
  columns: [
    ['id', field('id')],
    ['name', field('name')],
    ['subject', field('subject')],
    ['e-mail', field('email')],
    ['status', field('status')],
    ['roles', namesIn('assignedRoles')],
    ['groups', namesIn('assignedGroups')],
  ],
}

interface Wish {
  readonly name?: string
  readonly email?: string
  readonly role?: readonly string[]
  readonly group?: readonly string[]
}

export function usersCommand(): Command {
  const command = new Command('users').description('Look at the people of a tenant, and change them.')
  for (const one of [...looking(), ...changing(), ...switching(), ...ending()]) command.addCommand(one)
  return command
}

function looking(): Command[] {
  return [listing(USER), showing(USER, 'Show a user.', 'users show ada@example.com')]
}

function withWish(command: Command): Command {
  return command
    .option('--name <name>')
    .option('--email <address>')
    .option('--role <role>', 'such as TenantAdmin or Developer; may be given several times', collect)
    .option('--group <group>', 'id or name of a group; may be given several times', collect)
}

function changing(): Command[] {
  return [
    asking(
      withWish(
        new Command('add')
          .description('Add a user, who is invited until the first sign-in or the first key.')
          .argument('<subject>', 'as the identity provider names the person'),
      ),
      'users add "idp|ada" --name Ada --email ada@example.com --role Developer',
    ).action(async (subject: string, options: Wish & AnswerOptions) => {
      const client = clientOf(options)
      const { name, email, role } = options
      const assignedRoles = rolesNamed(role)
      const made = await client.call<Row>('POST', USER.path, { subject, name, email, assignedRoles })
      await joined(client, String(made.id), options.group)
      showRow(await meantOne(client, USER, String(made.id)), USER.columns, options)
    }),
    asking(
      withWish(
        new Command('change')
          .description('Change a user; roles and groups are the whole lists.')
          .argument('<user>'),
      ),
      'users change ada@example.com --role Developer --role AuditAdmin',
    ).action(async (text: string, options: Wish & AnswerOptions) => {
      const client = clientOf(options)
      const { id } = await meantOne(client, USER, text)
      const { name, email, role, group } = options
      const assignedGroups = group && (await groupsMeant(client, group))
      const fields = { name, email, assignedRoles: rolesNamed(role), assignedGroups }
      await changeOne(USER, id, wished(fields, '--name, --email, --role or --group'), options)
    }),
    asking(
      new Command('invite')
        .description('Invite people by their addresses; no mail is sent.')
        .argument('<address...>'),
      'users invite ada@example.com bob@example.com',
    ).action(async (addresses: readonly string[], options: AnswerOptions) => {
      const invitees = addresses.map((email) => ({ email }))
      const answer = await clientOf(options).call<Row>('POST', `${USER.path}/actions/invite`, { invitees })
      done(`invited ${addresses.join(', ')}`, answer, options)
    }),
  ]
}

function switching(): Command[] {
  return (
    [
      ['disable', 'disabled', 'Shut a user out: its keys and sessions open nothing, its tasks stop.'],
      ['enable', 'active', 'Let a user in again.'],
    ] as const
  ).map(([name, status, description]) =>
    asking(new Command(name).description(description).argument('<user>')).action(
      async (text: string, options: AnswerOptions) => {
        const { id } = await meantOne(clientOf(options), USER, text)
        await changeOne(USER, id, replacing({ status }), options)
      },
    ),
  )
}

function ending(): Command[] {
  return [
    removing(USER, 'Remove a user; what it owns stays.'),
    asking(
      new Command('forget')
        .description('Remove a user, and take out of records and events what tells the person.')
        .argument('<user>', 'also one that was removed, by its id'),
      'users forget ada@example.com',
    ).action(async (text: string, options: AnswerOptions) => {
      const client = clientOf(options)
      const { id } = await meantOne(client, USER, text)
      const answer = await client.call<Row>('POST', `${USER.path}/${id}/actions/forget`)
      done(`forgot ${id}: ${answer.events} events, ${answer.reloads} reloads`, answer, options)
    }),
  ]
}

async function joined(client: Client, id: string, groups: readonly string[] = []): Promise<void> {
  if (groups.length === 0) return
  const assignedGroups = await groupsMeant(client, groups)
  await client.call('PATCH', `${USER.path}/${id}`, replacing({ assignedGroups }))
}

function groupsMeant(client: Client, groups: readonly string[]) {
  return Promise.all(groups.map(async (text) => ({ id: (await meantOne(client, GROUP, text)).id })))
}
