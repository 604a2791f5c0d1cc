/**
 * The filter of task lists (contract 03, section 2): SCIM (RFC 7644, section 3.4.2.2) with eq, ne, co, sw, ew
 * on texts in any case, eq, ne, gt, ge, lt, le on times, and, or, not and parentheses.
 */
import type { Comparison, WideOperator } from '../../core/filter.ts'
import { type FilterRules, parseFilter } from '../../core/filter-parse.ts'
import { all, any, type Condition, conditionOf, is, NONE, not } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { refuse } from '../http/problem.ts'

type Field = FieldOf<'tasks'>
type Compare = Comparison<WideOperator>

interface Attribute {
  readonly field: Field
  readonly kind: 'text' | 'time' | 'flag' | 'status' | 'trigger'
}

/** By their names on the wire. */
export const ATTRIBUTES = {
  name: { field: 'name', kind: 'text' },
  enabled: { field: 'enabled', kind: 'flag' },
  resourceId: { field: 'appId', kind: 'text' },
  ownerId: { field: 'ownerId', kind: 'text' },
  spaceId: { field: 'spaceId', kind: 'text' },
  createdAt: { field: 'createdAt', kind: 'time' },
  updatedAt: { field: 'updatedAt', kind: 'time' },
  updatedBy: { field: 'updatedBy', kind: 'text' },
  lastStatus: { field: 'lastStatus', kind: 'status' },
  lastTriggeredBy: { field: 'lastTriggeredBy', kind: 'text' },
  lastStartedAt: { field: 'lastStartedAt', kind: 'time' },
  lastEndedAt: { field: 'lastEndedAt', kind: 'time' },
  lastExecutedAs: { field: 'lastExecutedAs', kind: 'text' },
  triggerType: { field: 'triggerType', kind: 'trigger' },
} as const satisfies Readonly<Record<string, Attribute>>

export type AttributeName = keyof typeof ATTRIBUTES

const RULES: FilterRules<WideOperator> = {
  attributes: Object.fromEntries(Object.keys(ATTRIBUTES).map((name) => [name, 'any' as const])),
  operators: ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'],
  wide: true,
}

/** @throws refusal 400 naming the place in the text */
export function readFilter(text: string): Condition<Field> {
  const parsed = parseFilter(text, RULES)
  if (parsed.kind === 'fault') throw wrong(parsed.detail)
  return conditionOf(parsed.filter, comparison)
}

function comparison(compare: Compare): Condition<Field> {
  const { field, kind } = ATTRIBUTES[compare.attribute as AttributeName] as Attribute
  switch (kind) {
    case 'text':
      return onText(field, compare)
    case 'time':
      return onTime(field, compare)
    case 'flag':
      return onValues(field, compare, FLAGS)
    case 'status':
      return onValues(field, compare, STATUSES)
    case 'trigger':
      return onValues(field, compare, TRIGGERS)
  }
}

function onText(field: Field, { attribute, operator, value }: Compare): Condition<Field> {
  const equal: Condition<Field> = { kind: 'among', field, values: [value], anyCase: true }
  switch (operator) {
    case 'eq':
      return value === '' ? any(equal, is(field, null)) : equal
    case 'ne':
      return not(equal)
    case 'co':
      return { kind: 'contains', field, text: value, anyCase: true }
    case 'sw':
      return { kind: 'begins', field, text: value, anyCase: true }
    case 'ew':
      return { kind: 'ends', field, text: value }
    default:
      throw wrong(`${attribute} is a text: use eq, ne, co, sw or ew`)
  }
}

function onTime(field: Field, { attribute, operator, value }: Compare): Condition<Field> {
  const ms = Date.parse(value)
  if (Number.isNaN(ms)) throw wrong(`${attribute} is a time: give one such as 2026-11-02T04:00:00Z`)
  const atMost = (most: number): Condition<Field> => ({ kind: 'at-most', field, value: most })
  const above = (most: number) => all(not(atMost(most)), not(is(field, null)))
  switch (operator) {
    case 'eq':
      return is(field, ms)
    case 'ne':
      return not(is(field, ms))
    case 'gt':
      return above(ms)
    case 'ge':
      return above(ms - 1)
    case 'lt':
      return atMost(ms - 1)
    case 'le':
      return atMost(ms)
    default:
      throw wrong(`${attribute} is a time: use eq, ne, gt, ge, lt or le`)
  }
}

type Values = Readonly<Record<string, readonly (string | number | null)[]>>

const FLAGS: Values = { true: [1], false: [0] }
const STATUSES: Values = { running: ['running'], succeeded: ['succeeded'], failed: ['failed', 'aborted'] }
/** As words, and as numbers of metadata.trigger.type. */
const TRIGGERS: Values = {
  none: ['none'],
  time: ['time'],
  event: ['event'],
  dataset: ['data'],
  '0': ['none'],
  '1': ['time'],
  '2': ['event'],
  '4': ['data'],
}

function onValues(field: Field, { attribute, operator, value }: Compare, known: Values): Condition<Field> {
  const values = known[value.toLowerCase()]
  if (values === undefined) throw wrong(`${attribute} is one of ${Object.keys(known).join(', ')}`)
  const equal = values.length === 0 ? NONE : is<Field>(field, ...values)
  if (operator === 'eq') return equal
  if (operator === 'ne') return not(equal)
  throw wrong(`${attribute} takes eq and ne`)
}

function wrong(detail: string): Error {
  return refuse('badRequest', { detail: `filter: ${detail}`, parameter: 'filter' })
}
