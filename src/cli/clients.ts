/** `reprise clients`: OAuth clients, programs that come in with client credentials. */
import { Command } from 'commander'
import { ConfigError } from '../main/config.ts'
import { type AnswerOptions, clientOf } from './answer.ts'
import { KINDS, meantOne, type Row, withId } from './people-meant.ts'
import {
  asking,
  type Columns,
  collect,
  done,
  field,
  listing,
  patched,
  replacing,
  showRow,
  showSecret,
} from './people-shown.ts'

const { client: CLIENT } = KINDS

const hints = (row: Row) =>
  ((row.clientSecrets as readonly { readonly hint: string }[] | undefined) ?? []).map(({ hint }) => hint)

const COLUMNS: Columns = [
  ['id', field('clientId')],
  ['name', field('clientName')],
  ['description', field('description')],
  ['secrets', hints],
]

interface Wish {
  readonly name?: string
  readonly description?: string
  readonly role?: readonly string[]
}

export function clientsCommand(): Command {
  const command = new Command('clients').description('Look at OAuth clients, and change them.')
  command.addCommand(listing(new Command('list'), CLIENT, COLUMNS))
  for (const one of [...lives(), ...secrets()]) command.addCommand(one)
  return command
}

function lives(): Command[] {
  return [
    asking(new Command('show').description('Show a client.').argument('<client>')).action(
      async (text: string, options: AnswerOptions) =>
        showRow(await meantOne(clientOf(options), CLIENT, text), COLUMNS, options),
    ),
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
      showRow(withId(CLIENT, made), COLUMNS, options)
      showSecret('secret', String(made.clientSecret), options)
    }),
    asking(
      new Command('change')
        .description('Change a client.')
        .argument('<client>')
        .option('--name <name>')
        .option('--description <text>'),
    ).action(async (text: string, options: Wish & AnswerOptions) => {
      const client = clientOf(options)
      const { id } = await meantOne(client, CLIENT, text)
      const operations = replacing({ clientName: options.name, description: options.description })
      if (operations.length === 0) throw new ConfigError('give what to change: --name or --description')
      await patched(client, `${CLIENT.path}/${id}`, operations)
      showRow(await meantOne(client, CLIENT, id), COLUMNS, options)
    }),
    asking(new Command('remove').description('Remove a client and its user.').argument('<client>')).action(
      async (text: string, options: AnswerOptions) => {
        const client = clientOf(options)
        const one = await meantOne(client, CLIENT, text)
        await client.call('DELETE', `${CLIENT.path}/${one.id}`)
        done(`removed ${JSON.stringify(one.clientName)}, ${one.id}`, one, options)
      },
    ),
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
