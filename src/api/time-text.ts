/** Times as the API writes them: RFC 3339, UTC, milliseconds, `Z`. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString()
}
