/**
 * Room `script/value`: values of the load language: duals, dates, numbers, texts and their formats. What a
 * value is, means and looks like enters; expressions and rows do not.
 *
 * A value of the load-script language: NULL, a number without a text of its own, a text without a number, or
 * a dual (SEMANTICS A1). Times and dates are duals whose number counts days from 1899-12-30.
 */
export interface Dual {
  readonly text: string
  readonly number: number
}

export type Value = null | number | string | Dual

export const TRUE = -1
export const FALSE = 0
