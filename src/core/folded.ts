/** The form in which texts are compared in any case, the same in every store. */
export function folded(text: string): string {
  return text.toLowerCase()
}
