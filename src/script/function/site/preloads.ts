/**
 * Data that row-level functions need besides the current row: the values of a field over all tables, a column
 * of an earlier table, a lookup. Rows are evaluated synchronously, so an evaluator takes an empty holder here
 * when it is compiled, and the host fills all holders before the first row. Equal requests share a holder.
 */
import type { Value } from '../../value/value.ts'
import { keyOf, type ValueKey } from '../../value/value-key.ts'

/** The distinct values of a field over all tables, in load order, without NULL. */
export interface FieldValues {
  readonly kind: 'field-values'
  readonly field: string
  /** Also keeps the values and their positions; otherwise only the keys. */
  ordered: boolean
  values: Value[]
  /** Position of each key, from 0. Meaningless without `ordered`. */
  readonly positions: Map<ValueKey, number>
}

/**
 * Rows of one column of an earlier table, in load order; `only` restricts it to one row, counted from the end
 * if negative.
 */
export interface ColumnValues {
  readonly kind: 'column'
  readonly table: string
  readonly field: string
  readonly only: number | undefined
  values: Value[]
}

/** For each key of the match field the value of its first row. */
export interface LookupValues {
  readonly kind: 'lookup'
  readonly table: string
  readonly matchField: string
  readonly valueField: string
  readonly found: Map<ValueKey, Value>
}

export type Preload = FieldValues | ColumnValues | LookupValues

export class Preloads {
  readonly #requests = new Map<string, Preload>()

  fieldValues(field: string, ordered: boolean): FieldValues {
    const holder = this.#holder(JSON.stringify(['field-values', field]), () => ({
      kind: 'field-values',
      field,
      ordered,
      values: [],
      positions: new Map(),
    }))
    if (ordered) holder.ordered = true
    return holder
  }

  column(table: string, field: string, only?: number): ColumnValues {
    return this.#holder(JSON.stringify(['column', table, field, only]), () => ({
      kind: 'column',
      table,
      field,
      only,
      values: [],
    }))
  }

  lookup(table: string, matchField: string, valueField: string): LookupValues {
    return this.#holder(JSON.stringify(['lookup', table, matchField, valueField]), () => ({
      kind: 'lookup',
      table,
      matchField,
      valueField,
      found: new Map(),
    }))
  }

  /** All holders that were requested. */
  requests(): readonly Preload[] {
    return [...this.#requests.values()]
  }

  /** The holder of a field's values if a function requested it: rows of the running load are added to it. */
  knownField(field: string): FieldValues | undefined {
    return this.#requests.get(JSON.stringify(['field-values', field])) as FieldValues | undefined
  }

  /** Adds a row of the running load: its value exists from now on (SEMANTICS H2). */
  addValue(field: string, value: Value): void {
    const known = this.knownField(field)
    const key = keyOf(value)
    if (known === undefined || key === null || known.positions.has(key)) return
    known.positions.set(key, known.values.length)
    if (known.ordered) known.values.push(value)
  }

  #holder<Kind extends Preload>(key: string, make: () => Kind): Kind {
    const known = this.#requests.get(key)
    if (known !== undefined) return known as Kind
    const made = make()
    this.#requests.set(key, made)
    return made
  }
}
