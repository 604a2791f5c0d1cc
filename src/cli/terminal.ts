/** Output for people: colour only on a terminal, plain tables, one progress line that rewrites itself. */
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

export class Terminal {
  readonly #stream: NodeJS.WriteStream
  readonly #live: boolean
  #status = ''

  /** @param stream standard output for people, standard error when standard output carries JSON */
  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    this.#live = stream.isTTY === true
  }

  /** Returns the text in a style; plain if the stream is no terminal or NO_COLOR is set. */
  paint(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#stream })
  }

  line(text = ''): void {
    this.clearStatus()
    this.#stream.write(`${text}\n`)
  }

  heading(text: string): void {
    this.line()
    this.line(this.paint('bold', text))
  }

  /** Shows a line that the next one replaces; does nothing if the stream is no terminal. */
  status(text: string): void {
    if (!this.#live || text === this.#status) return
    this.#stream.write(`\r${text.slice(0, (this.#stream.columns ?? 80) - 1)}\u001b[K`)
    this.#status = text
  }

  /** Whether a line can be replaced. */
  get isLive(): boolean {
    return this.#live
  }

  /** Takes the replaceable line away, before something is written by other ways. */
  clearStatus(): void {
    if (this.#status === '') return
    this.#stream.write('\r\u001b[K')
    this.#status = ''
  }

  table(columns: readonly string[], rows: readonly (readonly string[])[]): void {
    const numeric = columns.map((_, i) => rows.every((row) => /^-?[\d,.]*$/.test(row[i] ?? '')))
    const widths = columns.map((name, i) =>
      Math.min(40, Math.max(name.length, ...rows.map((row) => [...(row[i] ?? '')].length))),
    )
    const draw = (cells: readonly string[]) =>
      `  ${cells.map((cell, i) => padded(cell, widths[i]!, numeric[i] === true)).join('  ')}`.trimEnd()
    this.line(this.paint('dim', draw(columns)))
    for (const row of rows) this.line(draw(columns.map((_, i) => row[i] ?? '')))
  }
}

function padded(text: string, width: number, toRight: boolean): string {
  const characters = [...text]
  if (characters.length > width) return `${characters.slice(0, width - 1).join('')}…`
  const padding = ' '.repeat(width - characters.length)
  return toRight ? padding + text : text + padding
}
