/**
 * Lists of what is known to break a rule. Such a list only shrinks: what is not in it is a fault, and so is
 * an entry that is not needed any more, so that nothing new hides behind it.
 */
export function unlisted<Found extends { readonly path: string; readonly fault: string }>(
  found: readonly Found[],
  known: readonly string[],
): string[] {
  const broken = new Set(found.map(({ path }) => path))
  return [
    ...found.filter(({ path }) => !known.includes(path)).map(({ fault }) => fault),
    ...known
      .filter((path) => !broken.has(path))
      .map((path) => `${path} keeps the rule: take it out of the list`),
  ]
}
