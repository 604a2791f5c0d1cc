/** Folds a text for case-insensitive comparison, the same in every store. */
export function folded(text: string): string {
  return text.toLowerCase()
}
