/** Durations as people write them: `90s`, `20m`, `3h`, `2d`, `500ms`. */
import { DAY, HOUR, MINUTE, SECOND } from './units.ts'

const UNITS = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/** @returns milliseconds; undefined when the text is no such duration */
export function shortDurationMs(text: string): number | undefined {
  const found = /^(\d+)(ms|s|m|h|d)$/.exec(text.trim())
  return found === null ? undefined : Number(found[1]) * UNITS[found[2] as keyof typeof UNITS]
}
