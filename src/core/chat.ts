/** Chats that take messages: whose forms there are, and what every one of them asks for. */

/** In whose form a chat message is sent. */
export const CHAT_FORMATS = ['slack', 'teams', 'discord'] as const
export type ChatFormat = (typeof CHAT_FORMATS)[number]

/**
 * Makes plain text of a text of somebody: it calls nobody and makes no link. Slack reads commands in angle
 * brackets, and these three characters are all that is escaped there; in Discord mentions are switched off in
 * the body; the cards of Teams read a little Markdown, links and emphasis.
 */
export const CHAT_ESCAPES: Readonly<Record<ChatFormat, (text: string) => string>> = {
  slack: (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  teams: (text) => text.replaceAll(/[\\*_[\]()`]/g, '\\$&'),
  discord: (text) => text.replaceAll(/[\\*_~|>#[\]()-]/g, '\\$&'),
}

/**
 * So much text fits into a message, with room for its frame: Slack advises 4,000 characters, Discord takes
 * 2,000, Teams 28 KiB.
 */
export const CHAT_TEXT_MAX_BYTES: Readonly<Record<ChatFormat, number>> = {
  slack: 4_000,
  teams: 10_000,
  discord: 2_000,
}

/** All that may be told of the address of a chat, for who knows the whole may write there. */
export function chatOrigin(url: string): string {
  return /^https?:\/\/[^/?#\\]+/i.exec(url)?.[0] ?? ''
}
