/**
 * The chat channel: one POST of a message in the form of Slack, Teams or Discord, through the same guard of
 * addresses as webhooks. What tenants named calls nobody and makes no links. The address is a secret: it is
 * opened to send, and only its origin is told. Never throws.
 *
 * Forms: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using,
 * https://discord.com/developers/docs/resources/webhook#execute-webhook
 */
import type { ChatFormat } from '../../event/alert.ts'
import { cutToBytes } from '../../event/cloud-event.ts'
import { type AboutEvent, type AlertMessage, alertMessage } from '../alert-message.ts'
import type { ClosableChannel, Sent } from '../channel.ts'
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
  slack: (message) => ({ text: inMarkdown(message, { bold: '*', plain: slackText, fenced: slackText }) }),
  discord: (message) => ({
    content: inMarkdown(message, { bold: '**', plain: discordText, fenced: (text) => text }),
    allowed_mentions: { parse: [] },
  }),
  teams: (message) => ({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: teamsCard(message) }],
  }),
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

/** Slack reads commands in angle brackets; these three characters are all that is escaped. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Mentions are switched off in the body. */
function discordText(text: string): string {
  return text.replaceAll(/[\\*_~|>#[\]()-]/g, '\\$&')
}

function teamsCard({ subject, facts, error }: AlertMessage): object {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      { type: 'TextBlock', text: teamsText(subject), weight: 'Bolder', wrap: true },
      { type: 'FactSet', facts: facts.map(([title, value]) => ({ title, value: teamsText(value) })) },
      ...error.map((line) => ({
        type: 'TextBlock',
        text: teamsText(line),
        fontType: 'Monospace',
        spacing: 'None',
        wrap: true,
      })),
    ],
  }
}

/** Cards read a little Markdown: links and emphasis. */
function teamsText(text: string): string {
  return text.replaceAll(/[\\*_[\]()`]/g, '\\$&')
}
