/**
 * The body that a chat takes, by its form:
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using,
 * https://discord.com/developers/docs/resources/webhook#execute-webhook
 */
import type { ChatFormat } from '../core/chat.ts'

/** @param text escaped for the form, within its limits */
export function chatMessage(format: ChatFormat, text: string): object {
  switch (format) {
    case 'slack':
      return { text }
    case 'discord':
      return { content: text, allowed_mentions: { parse: [] } }
    case 'teams':
      // One line end is a space in a card.
      return cardMessage([{ type: 'TextBlock', text: text.replaceAll(/\r?\n/g, '\n\n'), wrap: true }])
  }
}

/** In the form of Teams. @param body elements of an Adaptive Card */
export function cardMessage(body: readonly object[]): object {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body,
  }
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  }
}
