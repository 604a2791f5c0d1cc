/** The letter case that FORCE gives names and values: upper, lower, capitalized, or unchanged. */
export type Letters = 'upper' | 'lower' | 'capitalized' | 'mixed'

/** Returns the conversion of a text; undefined if texts stay unchanged. */
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
