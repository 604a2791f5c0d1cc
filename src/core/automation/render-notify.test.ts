/** Messages with values of strangers in them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHAT_FORMATS, CHAT_TEXT_MAX_BYTES } from '../chat.ts'
import { utf8Bytes } from '../utf8.ts'
import type { ChatTarget, MailTarget, NotifyStep } from './automation.ts'
import { type RenderedMessage, renderNotify, shownMessage } from './render-notify.ts'

const step = (to: NotifyStep['to'], text: string): NotifyStep => ({
  id: 'tell',
  kind: 'notify',
  to,
  text,
  retries: 2,
  onFailure: 'stop',
})
const mail = (subject: string): MailTarget => ({ channel: 'mail', to: ['ops@example.com'], subject })
const chat = (format: ChatTarget['format']): ChatTarget => ({
  channel: 'chat',
  format,
  origin: 'https://hooks.example.com',
  sealedUrl: 'sealed',
})

function rendered(to: NotifyStep['to'], text: string, x: string): RenderedMessage {
  const made = renderNotify(step(to, text), () => x)
  if (made.kind === 'fault') throw new Error(made.detail)
  return made.value
}

describe('a mail', () => {
  test('has a subject of one line within 200 bytes, whatever the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (x) => {
        const { subject } = rendered(mail('Sales\r\nBcc: a@example.com {{input.x}}'), 'text', x) as MailTarget
        expect(subject).toMatch(/^Sales Bcc: a@example.com/)
        expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]/u)
        expect(utf8Bytes(subject)).toBeLessThanOrEqual(200)
      }),
    )
  })

  test('that has nothing to say is not sent', () => {
    expect(renderNotify(step(mail('s'), '{{input.x}}'), () => ' ')).toEqual({
      kind: 'fault',
      detail: 'text: with its values it is empty',
    })
    expect(renderNotify(step(mail('{{input.x}}'), 't'), () => undefined)).toMatchObject({
      detail: 'subject: with its values it is empty',
    })
    expect(renderNotify(step(mail('s'), '{{input.x}}'), () => 'x'.repeat(70_000)).kind).toBe('fault')
  })
})

describe('in a chat', () => {
  test('what the author wrote is taken as it is, and no value calls anybody or makes a link', () => {
    const text = (format: ChatTarget['format']) =>
      rendered(chat(format), '*Sales*: {{input.x}}', '<!channel> [here](https://evil.example)').text
    expect(text('slack')).toBe('*Sales*: &lt;!channel&gt; [here](https://evil.example)')
    expect(text('teams')).toBe('*Sales*: <!channel> \\[here\\]\\(https://evil.example\\)')
    expect(text('discord')).toBe('*Sales*: <!channel\\> \\[here\\]\\(https://evil.example\\)')
  })

  test.each(CHAT_FORMATS)('%s gets as much of a long text as it takes', (format) => {
    const { text } = rendered(chat(format), '{{input.x}}', 'ö'.repeat(20_000))
    expect(utf8Bytes(text)).toBe(CHAT_TEXT_MAX_BYTES[format])
  })

  test('the history tells the place by its origin', () => {
    const shown = JSON.stringify(shownMessage(rendered(chat('slack'), 'x', '')))
    expect(shown).toBe('{"chat":{"format":"slack","url":"https://hooks.example.com/**OMITTED**"},"text":"x"}')
  })
})
