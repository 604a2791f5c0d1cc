/**
 * Records without undefined members, so that an optional property is either present with a value or absent
 * (`exactOptionalPropertyTypes`).
 */

/** The members of `T`; those that may be undefined become optional. */
export type Defined<T> = {
  [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name]
} & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>
}

/** Returns a copy without undefined members. */
export function defined<T extends object>(members: T): Defined<T> {
  const copy: Partial<T> = {}
  for (const name in members) if (members[name] !== undefined) copy[name] = members[name]
  return copy as object as Defined<T>
}
