/**
 * What statements may change, told from their text alone: what is known before a loop holds in all of its
 * passes but for that, and what a statement does that cannot be judged is at most that.
 */

import { parseCall, parseFor } from '../parse/parse-control.ts'
import { parseStatement } from '../parse/parse-statement.ts'
import { isIncomplete } from '../run/waiting.ts'
import type { Expression } from '../syntax/expression.ts'
import { isControl } from '../syntax/head.ts'
import type { RawStatement } from '../syntax/split.ts'
import type { LoadStatement, Statement } from '../syntax/statement.ts'
import { type Knowledge, type Sub, UNKNOWN } from './knowledge.ts'
import { grownShape, shrunkShape } from './unclear-shape.ts'
import type { Unit } from './unit.ts'
import { parsedOrNothing, type Walk } from './walk.ts'

export interface Effects {
  /** Anything. */
  everything: boolean
  readonly variables: Set<string>
  anyVariable: boolean
  /** LOADs make tables. */
  grows: boolean
  /** Tables that get fields. */
  readonly extended: Set<string>
  extendsAny: boolean
  readonly dropped: string[]
  /** Tables and fields go, or have other names. */
  dropsAny: boolean
  rules: boolean
  directory: boolean
  stores: boolean
  /** A label or LOADs without a source: behind the statement before, or behind a branch or call. */
  waits: 'no' | 'here' | 'perhaps'
}

const noEffects = (): Effects => ({
  everything: false,
  variables: new Set(),
  anyVariable: false,
  grows: false,
  extended: new Set(),
  extendsAny: false,
  dropped: [],
  dropsAny: false,
  rules: false,
  directory: false,
  stores: false,
  waits: 'no',
})

/** Of statements `from` (inclusive) to `to` (exclusive), and of the subs that they call. */
export function effectsOf(walk: Walk, unit: Unit, from: number, to: number, knowledge: Knowledge): Effects {
  const effects = noEffects()
  const seen = new Set<Sub>()
  const addRange = ({ statements }: Unit, first: number, behind: number) => {
    for (let index = first; index < behind && !effects.everything; index += 1) {
      walk.budget -= 1
      if (walk.budget < -statements.length) effects.everything = true
      addEffects(effects, statements[index]!, (name) => {
        const sub = knowledge.subs.get(name.toLowerCase())
        if (sub === UNKNOWN || (sub === undefined && knowledge.subs.isOpen)) effects.everything = true
        else if (sub !== undefined && !seen.has(sub)) {
          seen.add(sub)
          addRange(sub.unit, sub.from, sub.to)
        }
      })
    }
  }
  addRange(unit, from, to)
  return effects
}

/** Of one statement; a call has none. */
export function effectsOfStatement(statement: RawStatement): Effects {
  const effects = noEffects()
  addEffects(effects, statement, () => {
    effects.everything = true
  })
  return effects
}

function addEffects(effects: Effects, statement: RawStatement, call: (name: string) => void): void {
  const { head, text } = statement
  if (effects.waits === 'here' && (isControl(head) || head === 'include')) effects.waits = 'perhaps'
  switch (head) {
    case 'label':
      wait(effects, true)
      return
    case 'for': {
      const clause = parsedOrNothing(() => parseFor(text))
      if (clause === undefined) effects.anyVariable = true
      else effects.variables.add(clause.variable)
      return
    }
    case 'call': {
      const clause = parsedOrNothing(() => parseCall(text))
      if (clause === undefined || !isOnlyInTexts(text, clause.args)) effects.everything = true
      else {
        for (const variable of clause.variables) if (variable !== undefined) effects.variables.add(variable)
        call(clause.name)
      }
      return
    }
    case 'include':
    case 'sub':
      effects.everything = true
      return
    case 'assign':
    case 'set':
    case 'raw':
    case 'store':
    case 'regular':
      if (text.includes('$(')) addUnclear(effects, statement)
      else {
        const parsed = parsedOrNothing(() => parseStatement(text))
        if (parsed !== undefined) addParsed(effects, parsed)
      }
  }
}

/** Every `$(...)` of a call stands in a text, so that its arguments are as many as it shows. */
function isOnlyInTexts(text: string, args: readonly Expression[]): boolean {
  const texts = args.map((argument) => (argument.kind === 'text' ? argument.value : ''))
  return macrosIn(text) === texts.reduce((count, each) => count + macrosIn(each), 0)
}

const macrosIn = (text: string): number => text.split('$(').length - 1

/** Something waits now, or a LOAD with a source has ended the waiting. */
function wait(effects: Effects, isWaiting: boolean): void {
  if (effects.waits !== 'perhaps') effects.waits = isWaiting ? 'here' : 'no'
}

const HAS_SOURCE = /\b(?:from|from_field|resident|inline|autogenerate)\b/i

/** As far as the text tells. */
export const isLoadWithSource = ({ text }: RawStatement): boolean =>
  /\bload\b/i.test(text) && HAS_SOURCE.test(text)

const ASSIGNED = /^(?:(?:set|let)\s+)?([\p{L}_][\p{L}\p{N}_.]*)\s*=/iu

/** What stands in `$(...)` is taken to be a part of its statement, unless the statement begins with it. */
function addUnclear(effects: Effects, { head, text }: RawStatement): void {
  if (head === 'raw') {
    effects.directory ||= /^directory\b/i.test(text)
    return
  }
  if (head === 'store') {
    effects.stores = true
    return
  }
  const variable = ASSIGNED.exec(text)?.[1]
  if (variable !== undefined) effects.variables.add(variable)
  else if (head !== 'regular' || /^let\b/i.test(text)) effects.anyVariable = true
  else if (/^(?:[^\s:]+\s*:\s*)?\$\(/.test(text)) effects.everything = true
  else if (/\bload\b/i.test(text)) {
    effects.grows = true
    wait(effects, !HAS_SOURCE.test(text))
    effects.extendsAny ||= /\b(?:concatenate|join|add|merge|replace)\b/i.test(text)
    effects.anyVariable ||= /\bmerge\b/i.test(text)
    effects.dropsAny ||= /\breplace\b/i.test(text)
  } else {
    effects.dropsAny = true
    effects.rules = true
  }
}

function addParsed(effects: Effects, statement: Statement): void {
  switch (statement.kind) {
    case 'set':
    case 'let':
      effects.variables.add(statement.name)
      return
    case 'drop-variables':
      for (const name of statement.variables) effects.variables.add(name)
      return
    case 'drop-maps':
      effects.dropsAny = true
      return
    case 'load':
      addLoad(effects, statement)
      return
    case 'store':
      effects.stores = true
      return
    case 'drop-tables':
      effects.dropped.push(...statement.tables)
      return
    case 'drop-fields':
    case 'rename-tables':
    case 'rename-tables-using':
    case 'rename-fields':
    case 'rename-fields-using':
    case 'section':
      effects.dropsAny = true
      return
    case 'directory':
      effects.directory = true
      return
    case 'qualify':
    case 'unqualify':
    case 'alias':
    case 'map':
    case 'unmap':
    case 'null-as-value':
    case 'force':
      effects.rules = true
      return
    default:
  }
}

function addLoad(effects: Effects, statement: LoadStatement): void {
  const { join, concatenate, merge, partial } = statement.prefixes
  wait(effects, isIncomplete(statement))
  effects.grows = true
  const into = join ?? concatenate
  if (into?.table !== undefined) effects.extended.add(into.table)
  else if (into !== undefined || partial !== undefined) effects.extendsAny = true
  if (partial?.kind === 'replace') effects.dropsAny = true
  if (merge?.variable !== undefined) effects.variables.add(merge.variable)
}

/** What is known when the effects may have happened, or not. */
export function forgetEffects(knowledge: Knowledge, effects: Effects): void {
  if (effects.everything) {
    knowledge.forget()
    return
  }
  if (effects.anyVariable) knowledge.forgetVariables()
  for (const name of effects.variables) knowledge.setVariable(name, UNKNOWN)
  let { shape, label, loads } = knowledge.simple
  if (effects.waits !== 'no' || (effects.grows && label !== undefined)) label = UNKNOWN
  if (effects.waits !== 'no' || (effects.grows && loads !== undefined)) loads = UNKNOWN
  if (effects.grows) shape = grownShape(shape, effects.extendsAny ? undefined : effects.extended)
  if (effects.dropsAny) shape = shrunkShape(shape, undefined)
  else if (effects.dropped.length > 0) shape = shrunkShape(shape, effects.dropped)
  knowledge.change({
    shape,
    label,
    loads,
    ...(effects.rules && { rulesOpen: true }),
    ...(effects.directory && { directory: UNKNOWN }),
  })
  if (effects.stores) knowledge.stored.forget()
}
