/** The form in which texts are compared in any case: the same for every store, whatever its database knows. */
export function folded(text: string): string {
  return text.toLowerCase()
}
