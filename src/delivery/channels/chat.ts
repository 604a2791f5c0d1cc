/**
 * The chat channel: one POST of a message in the form of Slack, Teams or Discord, through the same guard of
 * addresses as webhooks. What tenants named calls nobody and makes no links. The address is a secret: it is
 * opened to send, and only its origin is told. Never throws.
 */
import { CHAT_ESCAPES, type ChatFormat } from '../../core/chat.ts'
import { cutToBytes } from '../../core/plain-text.ts'
import { type AboutEvent, type AlertMessage, alertMessage } from '../alert-message.ts'
import type { ClosableChannel, Sent } from '../channel.ts'
import { cardMessage, chatMessage } from '../chat-message.ts'
import type { Seal } from '../seal.ts'
import { failureText, guardedExchanges, sentOf, type TargetOptions } from './guarded-target.ts'
import { targetProblem } from './target-address.ts'

export interface ChatOptions extends TargetOptions {
  readonly seal: Seal
  /** Sent as User-Agent. */
  readonly userAgent: string
  readonly about: AboutEvent
}

/** Discord takes 2,000 characters: the head, and as many of the last lines of the error as there is room. */
const HEAD_MAX_BYTES = 1000
const ERROR_MAX_CHARACTERS = 900
const LINE_MAX_BYTES = 400

const { slack, discord, teams } = CHAT_ESCAPES

export function chatChannel(options: ChatOptions): ClosableChannel {
  const http = guardedExchanges(options)
  return {
    async send(events, { url: shown, alert }, sentAt): Promise<Sent> {
      const headers = { 'content-type': 'application/json', 'user-agent': options.userAgent }
      const request = { url: shown, headers }
      let url: string
      try {
        url = options.seal.open(alert!.sealedUrl!)
      } catch {
        return { ok: false, message: 'the url of the alert cannot be opened; set it again', request }
      }
      const problem = targetProblem(url, options.allowance)
      if (problem !== undefined) return { ok: false, message: `address not allowed: ${problem}`, request }
      const message = alertMessage(events[0]!, await options.about(events[0]!))
      const body = Buffer.from(JSON.stringify(BODIES[alert!.format!](message)))
      try {
        return { ...sentOf(await http.exchange({ url, method: 'POST', headers, body }), sentAt), request }
      } catch (error) {
        return { ok: false, message: failureText(error), request }
      }
    },
    async close() {
      http.close()
    },
  }
}

const BODIES: Readonly<Record<ChatFormat, (message: AlertMessage) => object>> = {
  slack: (message) => chatMessage('slack', inMarkdown(message, { bold: '*', plain: slack, fenced: slack })),
  discord: (message) =>
    chatMessage('discord', inMarkdown(message, { bold: '**', plain: discord, fenced: (text) => text })),
  teams: (message) => cardMessage(cardBlocks(message)),
}

interface Markdown {
  /** What stands around bold text. */
  readonly bold: string
  readonly plain: (text: string) => string
  readonly fenced: (text: string) => string
}

function inMarkdown({ subject, facts, error }: AlertMessage, { bold, plain, fenced }: Markdown): string {
  const lines = facts.map(([name, value]) => `${name}: ${plain(value)}`)
  const head = cutToBytes([`${bold}${plain(subject)}${bold}`, ...lines].join('\n'), HEAD_MAX_BYTES)
  const shown = lastThatFit(
    error.map((line) => cutToBytes(fenced(line.replaceAll('`', "'")), LINE_MAX_BYTES)),
  )
  return shown.length === 0 ? head : [head, '```', ...shown, '```'].join('\n')
}

function lastThatFit(lines: readonly string[]): readonly string[] {
  let room = ERROR_MAX_CHARACTERS
  const first = lines.findLastIndex((line) => {
    room -= line.length + 1
    return room < 0
  })
  return lines.slice(first + 1)
}

function cardBlocks({ subject, facts, error }: AlertMessage): readonly object[] {
  return [
    { type: 'TextBlock', text: teams(subject), weight: 'Bolder', wrap: true },
    { type: 'FactSet', facts: facts.map(([title, value]) => ({ title, value: teams(value) })) },
    ...error.map((line) => ({
      type: 'TextBlock',
      text: teams(line),
      fontType: 'Monospace',
      spacing: 'None',
      wrap: true,
    })),
  ]
}
