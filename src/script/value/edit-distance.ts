/** Returns the number of characters to insert, delete or change to turn one text into the other. */
export function editDistance(first: string, second: string): number {
  const columns = [...second]
  let row = [0, ...columns.map((_, column) => column + 1)]
  for (const [line, character] of [...first].entries()) {
    const next = [line + 1]
    for (const [column, other] of columns.entries()) {
      const changed = row[column]! + (character === other ? 0 : 1)
      next.push(Math.min(changed, row[column + 1]! + 1, next[column]! + 1))
    }
    row = next
  }
  return row[columns.length]!
}
