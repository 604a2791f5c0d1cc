/**
 * Times as the API and the events write them: RFC 3339, UTC, milliseconds, `Z`. @param epochMs epoch
 * milliseconds
 */
export function timeText(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
