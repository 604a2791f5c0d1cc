/**
 * What the data of an app is like, field by field: counted by the engine when a reload has completed, and
 * kept beside the data. Bounded: of very many fields the first.
 */
export interface DataProfile {
  readonly tables: readonly TableProfile[]
  readonly fields: readonly FieldProfile[]
  /** The script loaded a SECTION ACCESS. */
  readonly hasSectionAccess: boolean
}

export interface TableProfile {
  readonly name: string
  /** Of its values: eight for a number, and the UTF-8 bytes of a text. */
  readonly bytes: number
  readonly comment?: string
}

/** A field over all tables that have it. */
export interface FieldProfile {
  readonly name: string
  /** Different values; an estimate where a table is very long (`PROFILE_EXACT_ROWS`). */
  readonly distinct: number
  /** Values that are not NULL. */
  readonly values: number
  readonly bytes: number
  /** All its values are numbers, and there are some. */
  readonly isNumeric: boolean
  /** $numeric, $integer, $text, $ascii, $date, $timestamp, $key, and those of the script. */
  readonly tags: readonly string[]
  /** 16 hex digits: the same while the values of the field are the same, in whatever order. */
  readonly hash: string
  readonly comment?: string
}

export const PROFILED_FIELDS_MAX = 500
export const PROFILED_TABLES_MAX = 1000
export const PROFILE_TAGS_MAX = 50
export const PROFILE_TEXT_MAX_CHARACTERS = 4096
/** In longer tables different values are estimated: counting them would take a lasting part of the memory. */
export const PROFILE_EXACT_ROWS = 1_000_000
