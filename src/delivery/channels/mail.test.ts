/** Mails as a real SMTP server takes them (npm `smtp-server`), and what its faults mean for a send. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { aCloudEvent, aSubscription } from '../../../test/support/records.ts'
import { TASK_NOT_RUN_TYPE } from '../../event/event-types.ts'
import type { CloudEvent } from '../../event/stored-event.ts'
import type { AlertSubject } from '../alert-message.ts'
import type { ClosableChannel } from '../channel.ts'
import type { Letter, Mailer } from '../mailer.ts'
import { type MailOptions, mailChannel } from './mail.ts'
import { type MailServer, type SmtpOptions, smtpMailer } from './smtp.ts'

const PASSWORD = 'a-password-of-the-operator'
const FAILED = aCloudEvent({
  data: {
    id: '6906d0a1b2c3d4e5f6071829',
    appId: 'app-1',
    status: 'FAILED',
    errorCode: 'ScriptError',
    errorMessage: 'first line\nFile not found: Größe.csv',
  },
})
const ABOUT: AlertSubject = { appName: 'Sales', tenantName: 'acme', logAddress: 'https://r.example.com/log' }
const alert = (...to: string[]) =>
  aSubscription({
    channel: 'mail',
    alert: { on: ['failure'], to: to.length === 0 ? ['ops@example.com'] : to },
  })

interface Taken {
  readonly from: string
  readonly to: readonly string[]
  /** Header lines, unfolded, and the text below them. */
  readonly headers: readonly string[]
  readonly text: string
  readonly encrypted: boolean
}

let folder: string
let certificate: { readonly key: string; readonly cert: string }
const taken: Taken[] = []
const ends: (() => unknown)[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-mail-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2']
  execFileSync('openssl', [...made, ...name], { stdio: 'ignore' })
  certificate = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(async () => {
  taken.length = 0
  for (const end of ends.splice(0).reverse()) await end()
})

/** @returns the port of a server that keeps what it takes */
async function mailServer(options: SMTPServerOptions = {}): Promise<number> {
  const server = new SMTPServer({
    ...certificate,
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const whole = Buffer.concat(chunks).toString('utf8')
        const [head = '', ...body] = whole.split('\r\n\r\n')
        const { mailFrom, rcptTo } = session.envelope
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          headers: head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n'),
          text: body.join('\r\n\r\n'),
          encrypted: session.secure,
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return (server.server.address() as { port: number }).port
}

function mailer(server: Partial<MailServer>, more: Partial<SmtpOptions> = {}): Mailer {
  const made = smtpMailer({
    server: { host: 'localhost', port: 0, tls: 'none', ...server },
    from: 'Reprise <reprise@example.org>',
    ...more,
  })
  ends.push(() => made.close())
  return made
}

const channel = (
  server: Partial<MailServer>,
  { about = async () => ABOUT, ...more }: Partial<SmtpOptions & Pick<MailOptions, 'about'>> = {},
): ClosableChannel => mailChannel({ mailer: mailer(server, more), about })

const send = (to: ClosableChannel, event: CloudEvent = FAILED, subscription = alert()) =>
  to.send([event], subscription, Date.UTC(2026, 10, 2, 4, 5, 0))

const headerOf = (name: string) =>
  taken.at(-1)!.headers.filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))

/** Quoted-printable, as nodemailer writes texts with few letters beyond ASCII. */
const plain = (text: string) =>
  Buffer.from(
    text
      .replaceAll(/=\r\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')

describe('a mail', () => {
  it('tells what failed, where and when, and its Message-ID is that of the event', async () => {
    const to = channel({ port: await mailServer() })
    const sent = await send(to, FAILED, alert('ops@example.com', 'lead@example.com'))
    expect(sent).toMatchObject({ ok: true, request: { url: 'mailto:ops@example.com,lead@example.com' } })
    const [mail] = taken
    expect(mail).toMatchObject({ from: 'reprise@example.org', to: ['ops@example.com', 'lead@example.com'] })
    expect(headerOf('subject')).toEqual(['Subject: The reload of Sales failed'])
    expect(headerOf('from')).toEqual(['From: Reprise <reprise@example.org>'])
    expect(headerOf('auto-submitted')).toEqual(['Auto-Submitted: auto-generated'])
    expect(headerOf('message-id')).toEqual([`Message-ID: <${FAILED.id}.${alert().id}@example.org>`])
    expect(plain(mail!.text).replaceAll('\r\n', '\n')).toBe(
      `The reload of Sales failed

App: Sales (app-1)
Tenant: acme (${FAILED.tenantid})
Time: ${FAILED.time}
Outcome: FAILED, ScriptError
Reload: 6906d0a1b2c3d4e5f6071829
Log: https://r.example.com/log
Event: ${FAILED.id}

first line
File not found: Größe.csv
`,
    )
    await send(to)
    expect(
      new Set(taken.map(({ headers }) => headers.find((line) => line.startsWith('Message-ID')))).size,
    ).toBe(1)
  })

  it.each(['\r\n', '\n', '\r', '\u0085', '\u2028', '\u0000'])(
    'has no header that a name with %j would add',
    async (lineEnd) => {
      const appName = `Sales${lineEnd}Bcc: all@example.com${lineEnd}${lineEnd}<b>text</b>`
      const to = channel(
        { port: await mailServer() },
        { about: async () => ({ appName, tenantName: appName }) },
      )
      const failed = {
        ...FAILED,
        data: { ...FAILED.data, errorMessage: `x${lineEnd}.${lineEnd}MAIL FROM:<a@b.c>` },
      }
      expect((await send(to, failed)).ok).toBe(true)
      expect(taken).toHaveLength(1)
      expect(taken[0]!.to).toEqual(['ops@example.com'])
      expect(headerOf('bcc')).toEqual([])
      expect(headerOf('subject')).toEqual([
        'Subject: The reload of Sales Bcc: all@example.com <b>text</b> failed',
      ])
    },
  )

  it('tells a recovery, a limit, a test, and what did not run', async () => {
    const to = channel({ port: await mailServer() })
    const of = (status: string) => ({ ...FAILED, data: { ...FAILED.data, status } })
    const notRun = {
      ...FAILED,
      type: TASK_NOT_RUN_TYPE,
      data: { name: 'Nightly', resourceId: 'app-1', count: 4 },
    }
    for (const event of [of('SUCCEEDED'), of('EXCEEDED_LIMIT'), { ...FAILED, test: 'true' }, notRun])
      await send(to, event)
    expect(plain(taken.at(-1)!.text)).toContain('Runs: 4\r\n')
    expect(taken.map(({ headers }) => headers.find((line) => line.startsWith('Subject: ')))).toEqual([
      'Subject: Sales reloads again',
      'Subject: The reload of Sales exceeded a limit',
      'Subject: Test of an alert: nothing happened',
      'Subject: Nightly did not run',
    ])
  })
})

describe('the connection to the mail server', () => {
  const login: SMTPServerOptions = {
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      username === 'reprise' && password === PASSWORD
        ? done(null, { user: username })
        : done(new Error(`no such login: ${username} ${password}`)),
  }
  const trusted = async <Result>(use: () => Promise<Result>): Promise<Result> => {
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, certificate.cert])
    try {
      return await use()
    } finally {
      setDefaultCACertificates(before)
    }
  }

  it.each(['starttls', 'implicit'] as const)('is encrypted by %s, with a login inside', async (tls) => {
    const port = await mailServer({ ...login, secure: tls === 'implicit' })
    const to = channel({ port, tls, user: 'reprise', password: PASSWORD })
    expect(await trusted(() => send(to))).toMatchObject({ ok: true })
    expect(taken[0]).toMatchObject({ encrypted: true })
  })

  it.each(['starttls', 'implicit'] as const)(
    'is refused by %s when nobody vouches for the certificate',
    async (tls) => {
      const to = channel({ port: await mailServer({ secure: tls === 'implicit' }), tls })
      expect(await send(to)).toMatchObject({
        ok: false,
        message: 'no trusted TLS connection to the mail server',
      })
      expect(taken).toEqual([])
    },
  )

  it('sends neither login nor mail in clear to a server without STARTTLS', async () => {
    const asked: string[] = []
    const port = await mailServer({
      ...login,
      disabledCommands: ['STARTTLS'],
      onAuth: (auth, _session, done) => {
        asked.push(auth.method)
        done(new Error('no'))
      },
    })
    const sent = await send(channel({ port, tls: 'starttls', user: 'reprise', password: PASSWORD }))
    expect(sent).toMatchObject({ ok: false, message: 'no trusted TLS connection to the mail server' })
    expect([asked, taken]).toEqual([[], []])
  })

  it('never tells login, password or words of the server', async () => {
    const sent = await send(
      channel({ port: await mailServer(login), user: 'reprise', password: 'wrong-word' }),
    )
    expect(sent).toMatchObject({
      ok: false,
      message: 'the mail server did not accept the login of this service',
    })
    expect(JSON.stringify(sent)).not.toMatch(/wrong-word|no such login|localhost/)
  })

  it('that cannot be made, or on which nothing moves, fails in bounded time', async () => {
    const silent: Server = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    ends.push(() => silent.close())
    const port = (silent.address() as { port: number }).port
    const late = await send(channel({ port, host: '127.0.0.1' }, { sendTimeoutMs: 200 }))
    expect(late).toMatchObject({ ok: false, message: 'timeout after 0.2 s' })
    const gone = await send(channel({ port: 1, host: '127.0.0.1' }))
    expect(gone).toMatchObject({ ok: false, message: 'the mail server cannot be reached' })
  })
})

describe('a refusal of the server', () => {
  const refusing = (codes: Readonly<Record<string, number>>): SMTPServerOptions => ({
    onRcptTo: ({ address }, _session, done) => {
      const responseCode = codes[address]
      done(responseCode === undefined ? null : Object.assign(new Error('secret host'), { responseCode }))
    },
  })
  it.each<[string, Readonly<Record<string, number>>, { ok: boolean; message: string }]>([
    [
      'of every recipient fails the send',
      { 'a@example.com': 550, 'b@example.com': 550 },
      { ok: false, message: 'the mail server answered 550' },
    ],
    [
      'of one for good is told',
      { 'b@example.com': 550 },
      { ok: true, message: 'the mail server refused 1 of 2 recipients (550)' },
    ],
    [
      'of one for now is tried again',
      { 'b@example.com': 450 },
      { ok: false, message: 'the mail server refused 1 of 2 recipients (450)' },
    ],
  ])('%s', async (_label, codes, expected) => {
    const to = channel({ port: await mailServer(refusing(codes)) })
    expect(await send(to, FAILED, alert('a@example.com', 'b@example.com'))).toMatchObject(expected)
  })
})

describe('a letter of anybody', () => {
  const letter: Letter = {
    to: ['ops@example.com'],
    subject: 'Grüße',
    text: 'one\n.\nRCPT TO:<all@example.com>\n',
    key: '0198c1de-0000-7000-8000-000000000001/tell',
    sentAt: Date.UTC(2026, 10, 2, 4, 5, 0),
  }

  it('goes out as it is, under its key', async () => {
    const messageId = `<${letter.key}@example.org>`
    expect(await mailer({ port: await mailServer() }).send(letter)).toEqual({ ok: true, messageId })
    expect(taken).toMatchObject([{ to: ['ops@example.com'], text: letter.text.replaceAll('\n', '\r\n') }])
    expect(headerOf('message-id')).toEqual([`Message-ID: ${messageId}`])
  })

  it('is worth no other try after a 5yz, and is after anything else', async () => {
    const answering = (responseCode: number): SMTPServerOptions => ({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no'), { responseCode })),
    })
    const sent = async (code: number) => mailer({ port: await mailServer(answering(code)) }).send(letter)
    expect(await sent(550)).toMatchObject({ ok: false, final: true })
    expect(await sent(450)).not.toHaveProperty('final')
    const gone = await mailer({ port: 1, host: '127.0.0.1' }).send(letter)
    expect(gone).toMatchObject({ ok: false, message: 'the mail server cannot be reached' })
    expect(gone).not.toHaveProperty('final')
  })

  it('that the stop of the service cuts off tells nothing; the channel of alerts does not throw', async () => {
    let asked = (): void => undefined
    const waiting = new Promise<void>((resolve) => (asked = resolve))
    const port = await mailServer({ onRcptTo: () => asked() })
    const cut = mailer({ port })
    const told = expect(cut.send(letter)).rejects.toThrow('the service stops')
    await waiting
    await cut.close()
    await told
    await expect(cut.send(letter)).rejects.toThrow('the service stops')
    expect(await send(mailChannel({ mailer: cut, about: async () => ABOUT }))).toMatchObject({
      ok: false,
      message: 'the service stops',
    })
  })
})
