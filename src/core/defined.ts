/**
 * Records without empty members: a member that would be undefined is left out, so that an optional property
 * is either there with a value or not there at all (`exactOptionalPropertyTypes`).
 */

/** The members of `T`; those that may be undefined are optional. */
export type Defined<T> = {
  [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name]
} & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>
}

/** A copy of the members that are not undefined. */
export function defined<T extends object>(members: T): Defined<T> {
  const copy: Partial<T> = {}
  for (const name in members) if (members[name] !== undefined) copy[name] = members[name]
  return copy as object as Defined<T>
}
