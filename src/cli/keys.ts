/** `reprise keys`: API keys. A key is meant by its id, else by its exact description. */
import { Command } from 'commander'
import { type AnswerOptions, clientOf } from './answer.ts'
import { KINDS, meantOne, type Row } from './people-meant.ts'
import {
  asking,
  changeOne,
  field,
  listing,
  removing,
  replacing,
  type ShownKind,
  showing,
  showRow,
  showSecret,
} from './people-shown.ts'
import { recoverCommand } from './recover-key.ts'

const { user: USER } = KINDS

const KEY: ShownKind = {
  ...KINDS.key,
  columns: [
    ['id', field('id')],
    ['description', field('description')],
    ['user', field('sub')],
    ['status', field('status')],
    ['created', field('created')],
    ['expires', field('expiry')],
  ],
}

export function keysCommand(): Command {
  return new Command('keys')
    .description('Look at API keys, make and end them; recover that of an administrator.')
    .addCommand(listing(KEY))
    .addCommand(showing(KEY, 'Show a key, without its token.'))
    .addCommand(
      asking(
        new Command('add')
          .description('Make a key; its token is shown this once.')
          .argument('<description>')
          .option('--user <user>', 'whom it speaks for: id, subject, e-mail or name; yourself by default')
          .option('--expiry <duration>', 'how long it is good, as ISO 8601 tells it, such as P90D'),
        'keys add "nightly build" --expiry P90D',
        'keys add laptop --user ada@example.com',
      ).action(async (description: string, options: { user?: string; expiry?: string } & AnswerOptions) => {
        const client = clientOf(options)
        const sub = options.user === undefined ? undefined : (await meantOne(client, USER, options.user)).id
        const made = await client.call<Row>('POST', KEY.path, { description, sub, expiry: options.expiry })
        showRow(made, KEY.columns, options)
        showSecret('token', String(made.token), options)
      }),
    )
    .addCommand(
      asking(
        new Command('change')
          .description('Change the description of a key.')
          .argument('<key>')
          .requiredOption('--description <text>'),
      ).action(async (text: string, options: { description: string } & AnswerOptions) => {
        const { id } = await meantOne(clientOf(options), KEY, text)
        await changeOne(KEY, id, replacing({ description: options.description }), options)
      }),
    )
    .addCommand(removing(KEY, 'End a key: one’s own is removed, another’s revoked.', 'ended'))
    .addCommand(recoverCommand())
}
