/** Steps that tell people, in the loop of automations, in virtual time. */
import { describe, expect, test } from 'vitest'
import { automationScene, notice, OK, seal } from '../../test/support/automation-scene.ts'
import { TENANT_ID } from '../../test/support/records.ts'
import type { NotifyStep } from '../core/automation/automation.ts'
import { ALERTS_PER_TENANT_AND_MINUTE } from '../core/limits.ts'
import { MINUTE, SECOND } from '../core/units.ts'
import type { CallAnswer } from '../delivery/caller.ts'
import type { MailSent } from '../delivery/mailer.ts'

const letter: NotifyStep = {
  ...notice,
  to: { channel: 'mail', to: ['ops@example.com', 'lead@example.com'], subject: 'Of {{input.app}}' },
  text: 'Dear all,\n{{input.text}}',
}
const room: NotifyStep = {
  ...notice,
  to: {
    channel: 'chat',
    format: 'discord',
    origin: 'https://hooks.example.com',
    sealedUrl: seal.seal('https://hooks.example.com/T0/very-secret'),
  },
  text: '**{{input.app}}** {{input.text}}',
}

describe('a mail', () => {
  test('goes out with its values, once, and the history tells to whom and under which Message-ID', async () => {
    const { start, ask, read, ended, letters } = await automationScene([letter])
    start()
    const id = await ask({ input: { app: 'Sales\r\nBcc: all@example.com', text: 'It failed.' } })
    await ended(id)
    const to = ['ops@example.com', 'lead@example.com']
    const subject = 'Of Sales Bcc: all@example.com'
    const text = 'Dear all,\nIt failed.'
    expect(letters).toMatchObject([{ to, subject, text, key: `${id}/notice` }])
    expect(await read(id)).toMatchObject({
      state: 'finished',
      results: [
        {
          state: 'succeeded',
          tries: 1,
          sent: { mail: { to }, subject, text },
          answer: { messageId: `<${id}/notice@example.org>` },
        },
      ],
    })
  })

  test('is tried again under the same key, and not after a refusal for good', async () => {
    const answers: Partial<MailSent>[] = [
      { ok: false, message: 'the mail server cannot be reached' },
      { ok: true, message: 'the mail server refused 1 of 2 recipients (550)' },
      { ok: false, message: 'the mail server answered 550', final: true },
    ]
    const { start, ask, read, ended, letters, mailer } = await automationScene([letter])
    const sent = mailer(({ key }) => ({ ok: true, messageId: key, ...answers.shift() }))
    start(undefined, undefined, undefined, { mailer: sent })
    const input = { app: 'Sales', text: 'x' }
    const first = await ask({ input })
    await ended(first)
    expect(letters.map(({ key }) => key)).toEqual([`${first}/notice`, `${first}/notice`])
    expect(letters[1]!.sentAt - letters[0]!.sentAt).toBeGreaterThanOrEqual(5 * SECOND)
    const [result] = (await read(first)).results
    expect(result).toMatchObject({
      state: 'succeeded',
      tries: 2,
      answer: { message: expect.stringContaining('1 of 2') },
    })
    expect(result, 'of the try before it').not.toHaveProperty('error')
    const second = await ask({ input })
    await ended(second)
    expect((await read(second)).error).toBe('notice: the mail server answered 550')
    expect(letters).toHaveLength(3)
  })

  test('fails where the operator took the mail server away', async () => {
    const { start, ask, read, ended } = await automationScene([letter])
    start(undefined, undefined, undefined, { mailer: undefined })
    const id = await ask({ input: { app: 'a', text: 'x' } })
    await ended(id)
    expect((await read(id)).error).toBe(
      'notice: this service sends no mail: its operator sets REPRISE_SMTP_URL',
    )
  })
})

describe('a message to a chat', () => {
  test('is a call of its address, whose secret no history tells, also when the answer repeats it', async () => {
    const { start, ask, read, ended, calls } = await automationScene([room])
    start(({ url }) => ({ kind: 'answered', status: 404, body: `Cannot POST ${url}` }))
    const id = await ask({ input: { app: 'Sales', text: '@everyone [x](https://evil.example)' } })
    await ended(id)
    const content = '**Sales** @everyone \\[x\\]\\(https://evil.example\\)'
    expect(calls).toMatchObject([
      {
        method: 'POST',
        url: 'https://hooks.example.com/T0/very-secret',
        key: `${id}/notice`,
        body: { contentType: 'application/json' },
      },
    ])
    expect(JSON.parse(calls[0]!.body!.text)).toEqual({ content, allowed_mentions: { parse: [] } })
    const run = await read(id)
    expect(run).toMatchObject({
      state: 'failed',
      error: 'notice: the target answered 404',
      results: [
        {
          sent: { chat: { format: 'discord', url: 'https://hooks.example.com/**OMITTED**' }, text: content },
          answer: { statusCode: 404 },
        },
      ],
    })
    expect(JSON.stringify(run.results)).not.toContain('very-secret')
  })

  test('is tried again as a call is; one whose address cannot be opened is not sent', async () => {
    const answers: CallAnswer[] = [{ kind: 'answered', status: 429, body: '', retryAfterMs: 7 * MINUTE }, OK]
    const { start, ask, read, ended, calls } = await automationScene([room])
    start(() => answers.shift()!)
    const id = await ask({ input: { app: 'Sales' } })
    await ended(id)
    expect(calls[1]!.sentAt - calls[0]!.sentAt).toBeGreaterThanOrEqual(7 * MINUTE)
    expect(await read(id)).toMatchObject({ state: 'finished', results: [{ tries: 2 }] })
    const torn = [{ ...room, to: { ...room.to, sealedUrl: 'torn' } as NotifyStep['to'] }]
    const other = await ask({ steps: torn, input: { app: 'Sales' } })
    await ended(other)
    expect((await read(other)).error).toBe('notice: the url of the chat cannot be opened; set it again')
    expect(calls).toHaveLength(2)
  })
})

test('a tenant sends as many messages a minute as alerts may; the next one waits, which is no try', async () => {
  const { start, ask, read, ended, letters, deps } = await automationScene([notice])
  const began = deps.clock.now()
  for (let sent = 0; sent < ALERTS_PER_TENANT_AND_MINUTE; sent++) deps.rates.countMessage(TENANT_ID, began)
  start()
  const id = await ask()
  await ended(id)
  expect(letters).toHaveLength(1)
  expect(letters[0]!.sentAt - began).toBeGreaterThanOrEqual(MINUTE)
  expect((await read(id)).results).toMatchObject([{ state: 'succeeded', tries: 1 }])
})
