/** A file by where it lies and its full name there, as one text. */
import type { PlacedName } from './records.ts'

/** No id has a slash. */
export function placedKey({ place, name }: PlacedName): string {
  return 'spaceId' in place ? `space/${place.spaceId}/${name}` : `owner/${place.ownerId}/${name}`
}
