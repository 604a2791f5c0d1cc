/** What FORCE makes of names and values: upper or lower case, a capital for each word, or as they come. */
export type Letters = 'upper' | 'lower' | 'capitalized' | 'mixed'

/** The change of a text; undefined where texts stay as they are. */
export function letterChange(letters: Letters): ((text: string) => string) | undefined {
  switch (letters) {
    case 'upper':
      return (text) => text.toUpperCase()
    case 'lower':
      return (text) => text.toLowerCase()
    case 'capitalized':
      return capitalize
    case 'mixed':
      return undefined
  }
}

export function capitalize(given: string): string {
  return given.toLowerCase().replace(/[\p{L}\p{N}'’]+/gu, (word) => {
    const first = String.fromCodePoint(word.codePointAt(0) ?? 0)
    return first.toUpperCase() + word.slice(first.length)
  })
}
