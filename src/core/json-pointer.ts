/** Parts of JSON pointers (RFC 6901), for messages. */

/** One step, escaped, and cut so that an endless name is not repeated. */
export function pointerStep(name: string): string {
  return name.slice(0, 128).replaceAll('~', '~0').replaceAll('/', '~1')
}
