/** `reprise clients`: OAuth clients, programs that come in with client credentials. */
import { Command } from 'commander'
import { type AnswerOptions, clientOf } from './answer.ts'
import { collect } from './collect.ts'
import { KINDS, meantOne, type Row, withId } from './people-meant.ts'
import {
  asking,
  changeOne,
  done,
  field,
  listing,
  removing,
  type ShownKind,
  showing,
  showRow,
  showSecret,
  wished,
} from './people-shown.ts'

const hints = (row: Row) =>
  ((row.clientSecrets as readonly { readonly hint: string }[] | undefined) ?? []).map(({ hint }) => hint)

const CLIENT: ShownKind = {
  ...KINDS.client,
  columns: [
    ['id', field('clientId')],
    ['name', field('clientName')],
    ['description', field('description')],
    ['secrets', hints],
  ],
}

interface Wish {
  readonly name?: string
  readonly description?: string
  readonly role?: readonly string[]
}

export function clientsCommand(): Command {
  const command = new Command('clients').description('Look at OAuth clients, and change them.')
  command.addCommand(listing(CLIENT))
  for (const one of [...lives(), ...secrets()]) command.addCommand(one)
  return command
}

function lives(): Command[] {
  return [
    showing(CLIENT, 'Show a client.'),
    asking(
      new Command('add')
        .description('Add a client; its secret is shown this once.')
        .argument('<name>')
        .option('--description <text>')
        .option('--role <role>', 'of the user that it acts as; may be given several times', collect),
      'clients add nightly --role Developer',
    ).action(async (clientName: string, options: Wish & AnswerOptions) => {
      const { description, role: roles } = options
      const body = { clientName, description, roles, appType: 'web' }
      const made = await clientOf(options).call<Row>('POST', CLIENT.path, body)
      showRow(withId(CLIENT, made), CLIENT.columns, options)
      showSecret('secret', String(made.clientSecret), options)
    }),
    asking(
      new Command('change')
        .description('Change a client.')
        .argument('<client>')
        .option('--name <name>')
        .option('--description <text>'),
    ).action(async (text: string, options: Wish & AnswerOptions) => {
      const { id } = await meantOne(clientOf(options), CLIENT, text)
      const { name: clientName, description } = options
      await changeOne(CLIENT, id, wished({ clientName, description }, '--name or --description'), options)
    }),
    removing(CLIENT, 'Remove a client and its user.'),
  ]
}

function secrets(): Command[] {
  return [
    asking(
      new Command('add-secret').description('Add a secret; those before go on.').argument('<client>'),
    ).action(async (text: string, options: AnswerOptions) => {
      const client = clientOf(options)
      const { id } = await meantOne(client, CLIENT, text)
      const made = await client.call<Row>('POST', `${CLIENT.path}/${id}/client-secrets`)
      done(`secret of ${id}, shown this once:\n${made.clientSecret}`, made, options)
    }),
    asking(
      new Command('remove-secret')
        .description('End a secret.')
        .argument('<client>')
        .argument('<hint>', 'its first characters, as show tells them'),
    ).action(async (text: string, hint: string, options: AnswerOptions) => {
      const client = clientOf(options)
      const one = await meantOne(client, CLIENT, text)
      await client.call('DELETE', `${CLIENT.path}/${one.id}/client-secrets/${encodeURIComponent(hint)}`)
      done(`ended the secret ${hint} of ${one.id}`, one, options)
    }),
  ]
}
