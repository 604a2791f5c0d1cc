/** The line that stands in a bounded text for those that were left out. */

const LEFT_OUT = /^\(([\d,]+) lines? left out\)$/

export function leftOutLine(count: number): string {
  return `(${count.toLocaleString('en-US')} ${count === 1 ? 'line' : 'lines'} left out)`
}

/** How many lines were left out for this line; undefined if it is one of the text itself. */
export function leftOutAt(line: string): number | undefined {
  const count = LEFT_OUT.exec(line)?.[1]
  return count === undefined ? undefined : Number(count.replaceAll(',', ''))
}
