/** Where a file lies, and with its full name there, as texts. No id has a slash. */
import type { FilePlace, PlacedName } from './records.ts'

export function placeKey(place: FilePlace): string {
  return 'spaceId' in place ? `space/${place.spaceId}` : `owner/${place.ownerId}`
}

export function placedKey({ place, name }: PlacedName): string {
  return `${placeKey(place)}/${name}`
}
