/**
 * Formats a time as the API and the events do: RFC 3339, UTC, milliseconds, `Z`.
 * @param epochMs epoch milliseconds
 */
export function timeText(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
