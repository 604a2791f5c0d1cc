/** HTML from literal parts and values: whatever is not HTML of ours is escaped. */

/** HTML that is ours, or was escaped. */
export interface Html {
  readonly html: string
}

export const NO_HTML: Html = { html: '' }

/** Literal parts are taken as they are, values that are no HTML are escaped. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  const shown = values.map((value) => {
    if (typeof value === 'string') return escaped(value)
    return [value]
      .flat()
      .map((one) => one.html)
      .join('')
  })
  return { html: parts.map((part, index) => part + (shown[index] ?? '')).join('') }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}
