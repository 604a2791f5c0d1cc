/** Messages as a receiver of each form gets them, and that their address stays a secret. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { aCloudEvent, aSubscription } from '../../../test/support/records.ts'
import type { ChatFormat } from '../../core/chat.ts'
import type { ClosableChannel } from '../channel.ts'
import { type ChatOptions, chatChannel } from './chat.ts'
import { sealWith } from './seal.ts'
import { NOTHING_ALLOWED, parseAllowance } from './target-address.ts'

const seal = sealWith(randomBytes(32))
const PATH = '/services/T0/B0/very-secret'
const LINES = Array.from({ length: 30 }, (_, n) => `line ${n}`)

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface Got {
  readonly path: string
  readonly type: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any
}

async function room(status = 200) {
  const got: Got[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    got.push({ path: request.url!, type: request.headers['content-type']!, body: JSON.parse(text) })
    response.writeHead(status).end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return { got, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function channel(more: Partial<ChatOptions> = {}): ClosableChannel {
  const made = chatChannel({
    seal,
    allowance: parseAllowance('127.0.0.1'),
    userAgent: 'Reprise/test (alert)',
    about: async () => ({ appName: 'Sales', tenantName: 'acme' }),
    ...more,
  })
  ends.push(() => made.close())
  return made
}

const failed = (errorMessage: string) =>
  aCloudEvent({ data: { id: 'r', appId: 'app-1', status: 'FAILED', errorCode: 'ScriptError', errorMessage } })

const alert = (origin: string, format: ChatFormat) =>
  aSubscription({
    channel: 'chat',
    url: origin,
    alert: { on: ['failure'], format, sealedUrl: seal.seal(origin + PATH) },
  })

describe('a chat message', () => {
  it('is in the form of Slack: text, with the last lines of the error', async () => {
    const { got, origin } = await room()
    expect((await channel().send([failed(LINES.join('\n'))], alert(origin, 'slack'), 0)).ok).toBe(true)
    const { text } = got[0]!.body
    expect([got[0]!.path, got[0]!.type]).toEqual([PATH, 'application/json'])
    expect(text).toMatch(/^\*The reload of Sales failed\*\nApp: Sales \(app-1\)\nTenant: acme/)
    expect(text.split('```')[1].trim().split('\n')).toEqual(LINES.slice(-20))
  })

  it('is in the form of Discord, within its 2,000 characters, and calls nobody', async () => {
    const { got, origin } = await room()
    const lines = LINES.map((line) => `${line} ${'ö'.repeat(300)}`)
    await channel().send([failed(lines.join('\n'))], alert(origin, 'discord'), 0)
    const { content, allowed_mentions: mentions } = got[0]!.body
    expect(mentions).toEqual({ parse: [] })
    expect(content.length).toBeLessThanOrEqual(2000)
    expect(content).toContain('line 29')
    expect(content.split('```')).toHaveLength(3)
  })

  it('is in the form of Teams: a card', async () => {
    const { got, origin } = await room()
    await channel().send([failed('no_such *file*')], alert(origin, 'teams'), 0)
    const { content, contentType } = got[0]!.body.attachments[0]
    expect(contentType).toBe('application/vnd.microsoft.card.adaptive')
    const [head, facts, error] = content.body
    expect(head.text).toBe('The reload of Sales failed')
    expect(facts.facts).toContainEqual({ title: 'App', value: 'Sales \\(app-1\\)' })
    expect(error.text).toBe('no\\_such \\*file\\*')
  })

  it('lets no name call everybody, end its fence or make a link', async () => {
    const { got, origin } = await room()
    const appName = '<!channel> @everyone [here](https://evil.example)\n*'
    const to = channel({ about: async () => ({ appName }) })
    for (const format of ['slack', 'discord'] as const)
      await to.send([failed('``` <!here>')], alert(origin, format), 0)
    const [slack, discord] = got.map(({ body }) => body.text ?? body.content)
    expect(slack).not.toMatch(/<[!@h]/)
    expect(slack).toContain('&lt;!channel&gt;')
    expect(slack.split('```')).toHaveLength(3)
    expect(discord).toContain('\\[here\\]\\(https://evil.example\\)')
  })
})

describe('the address of a chat', () => {
  it('is nowhere in what is told of a send', async () => {
    const { origin } = await room(404)
    const sent = await channel().send([failed('x')], alert(origin, 'slack'), 0)
    expect(sent).toMatchObject({ ok: false, message: 'the target answered 404', request: { url: origin } })
    expect(JSON.stringify(sent)).not.toContain('very-secret')
  })

  it('is guarded as those of webhooks: private ones are refused, also behind a name', async () => {
    const { got, origin } = await room()
    const bare = channel({ allowance: NOTHING_ALLOWED })
    expect(await bare.send([failed('x')], alert(origin, 'slack'), 0)).toMatchObject({
      message: expect.stringContaining('address not allowed'),
    })
    const named = channel({
      allowance: NOTHING_ALLOWED,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    })
    const behind = await named.send([failed('x')], alert('https://chat.example.com', 'slack'), 0)
    expect(behind.message).toBe('address not allowed: chat.example.com resolves to a private address')
    expect(got).toEqual([])
  })

  it('that cannot be opened any more is to be set again', async () => {
    const other = channel({ seal: sealWith(randomBytes(32)) })
    const sent = await other.send([failed('x')], alert('https://chat.example.com', 'slack'), 0)
    expect(sent).toMatchObject({ ok: false, message: expect.stringContaining('set it again') })
  })
})
