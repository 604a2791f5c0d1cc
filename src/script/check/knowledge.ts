/**
 * What is known of a reload at one place of its script, from the text alone: values of variables, what is
 * loaded, how fields are stored, which subs there are. What is not known is said to be unknown, never
 * guessed.
 */
import type { StoreRules } from '../host.ts'
import { EMPTY_SHAPE, type ModelShape, type Names, otherSectionShape } from '../plan/model-shape.ts'
import { createScriptErrors } from '../run/script-errors.ts'
import type { WaitingLabel, WaitingLoads } from '../run/waiting.ts'
import type { DerivedText } from '../syntax/origin.ts'
import type { Section } from '../syntax/statement.ts'
import type { Letters } from '../value/letters.ts'
import { type Settings, settingsFrom } from '../value/settings.ts'
import { variableName } from '../value/system-variables.ts'
import type { Value } from '../value/value.ts'
import { LayeredMap } from './layered-map.ts'
import { ANY_SHAPE, eitherShape } from './unclear-shape.ts'
import type { Unit } from './unit.ts'

export const UNKNOWN = Symbol('unknown')

export type Known = Value | typeof UNKNOWN

export interface Sub {
  readonly name: string
  readonly unit: Unit
  /** Statements of the body: from inclusive, to exclusive. */
  readonly from: number
  readonly to: number
  readonly formals: readonly string[]
}

/** A statement that waits, as far as it was expanded. */
export interface StatementPlace extends DerivedText {
  readonly unit: Unit
  readonly index: number
}

type Rules = Pick<StoreRules, 'alias' | 'qualify' | 'maps' | 'nullAsValue'>

/** What may have been left before this place: bits. */
export const LEFT = { for: 1, do: 2, sub: 4, script: 8 } as const

interface Simple {
  shape: ModelShape
  section: Section
  rules: Rules
  /** There may be other rules. */
  rulesOpen: boolean
  /** What FORCE said last. */
  letters: Letters
  /** For the next LOAD that runs. */
  label: WaitingLabel<StatementPlace> | undefined | typeof UNKNOWN
  loads: WaitingLoads<StatementPlace> | undefined | typeof UNKNOWN
  /** Of DIRECTORY; '' is none. */
  directory: string | typeof UNKNOWN
  /** Loops, subs and the script that an EXIT may have left: what follows may not be reached. */
  left: number
  /** Nothing comes here. */
  dead: boolean
}

const READ_ONLY: ReadonlySet<string> = new Set(Object.keys(createScriptErrors().variables))

const BEGINNING: Simple = {
  shape: EMPTY_SHAPE,
  section: 'application',
  rules: { alias: [], qualify: [], maps: [], nullAsValue: [] },
  rulesOpen: false,
  letters: 'mixed',
  label: undefined,
  loads: undefined,
  directory: '',
  left: 0,
  dead: false,
}

export class Knowledge {
  simple: Simple = BEGINNING
  readonly variables: LayeredMap<Known>
  /** Of the subs that are called, the last one's on top: they hide variables. */
  parameters: LayeredMap<Known>
  readonly subs: LayeredMap<Sub | typeof UNKNOWN>
  readonly definitions: LayeredMap<true>
  /** Files that STORE has written, by their whole path, with their fields. */
  readonly stored: LayeredMap<Names>

  constructor(below?: Knowledge) {
    this.variables = below?.variables.fork() ?? new LayeredMap()
    this.parameters = below?.parameters.fork() ?? new LayeredMap()
    this.subs = below?.subs.fork() ?? new LayeredMap()
    this.definitions = below?.definitions.fork() ?? new LayeredMap()
    this.stored = below?.stored.fork() ?? new LayeredMap()
    if (below !== undefined) this.simple = below.simple
  }

  change(changes: Partial<Simple>): void {
    this.simple = { ...this.simple, ...changes }
  }

  /** Undefined: the script has not set it. It may come with the request of the reload. */
  variable(written: string): Known | undefined {
    const name = variableName(written)
    if (READ_ONLY.has(name)) return UNKNOWN
    const parameter = this.parameters.get(name)
    const value = parameter === undefined ? this.variables.get(name) : parameter
    return value === undefined && this.variables.isOpen ? UNKNOWN : value
  }

  isReadOnly(name: string): boolean {
    return READ_ONLY.has(variableName(name))
  }

  setVariable(written: string, value: Known): void {
    const name = variableName(written)
    const target = this.parameters.get(name) === undefined ? this.variables : this.parameters
    target.set(name, value)
  }

  /** Settings that are not known are as they are without a SET. */
  settings(): Settings {
    return settingsFrom((name) => {
      const value = this.variable(name)
      if (value === undefined || value === UNKNOWN || value === null) return undefined
      return typeof value === 'object' ? value.text : String(value)
    })
  }

  /** Whether a fault ends the reload here, as it does unless ErrorMode says otherwise. */
  faultsEnd(): boolean {
    const mode = this.variable('ErrorMode')
    return mode === undefined || mode === 1 || mode === '1' || mode === 2 || mode === '2'
  }

  enter(section: Section): void {
    const { shape } = this.simple
    if (section !== this.simple.section) this.change({ section, shape: otherSectionShape(shape) })
  }

  forgetVariables(): void {
    this.variables.forget()
    for (const name of this.parameters.names()) this.parameters.set(name, UNKNOWN)
  }

  /** Anything may have happened. */
  forget(): void {
    this.forgetVariables()
    for (const map of [this.subs, this.definitions, this.stored]) map.forget()
    const left = this.simple.left | LEFT.script
    // That a LOAD waits then is so unlikely that what follows is judged as if none did.
    const waiting = { label: undefined, loads: undefined }
    this.change({ shape: ANY_SHAPE, rulesOpen: true, directory: UNKNOWN, left, ...waiting })
  }

  /** What happens in the fork is not seen here until both are joined. */
  fork(): Knowledge {
    return new Knowledge(this)
  }

  /** What has happened in the forks above `base`: an alternative to be joined there. */
  since(base: Knowledge): Alternative {
    return {
      simple: this.simple,
      variables: this.variables.since(base.variables),
      parameters: this.parameters.since(base.parameters),
      subs: this.subs.since(base.subs),
      definitions: this.definitions.since(base.definitions),
      stored: this.stored.since(base.stored),
    }
  }

  /** One of the alternatives has happened. */
  join(alternatives: readonly Alternative[]): void {
    const left = alternatives.reduce((all, { simple }) => all | simple.left, this.simple.left)
    const alive = alternatives.filter(({ simple }) => !simple.dead)
    this.change(
      alive.length === 0
        ? { left, dead: true }
        : { ...alive.map(({ simple }) => simple).reduce(either), left },
    )
    if (alive.length === 0) return
    this.variables.join(
      alive.map(({ variables }) => variables),
      unknown,
    )
    this.parameters.join(
      alive.map(({ parameters }) => parameters),
      unknown,
    )
    this.subs.join(
      alive.map(({ subs }) => subs),
      unknown,
    )
    this.definitions.join(
      alive.map(({ definitions }) => definitions),
      () => true,
    )
    this.stored.join(
      alive.map(({ stored }) => stored),
      () => ({ names: [], open: true }),
    )
  }
}

const unknown = (): typeof UNKNOWN => UNKNOWN

export type Alternative = Pick<
  Knowledge,
  'simple' | 'variables' | 'parameters' | 'subs' | 'definitions' | 'stored'
>

function either(left: Simple, right: Simple): Simple {
  if (left === right) return left
  const isSameSection = left.section === right.section
  return {
    ...left,
    shape: isSameSection ? eitherShape(left.shape, right.shape) : ANY_SHAPE,
    rulesOpen:
      left.rulesOpen || right.rulesOpen || left.rules !== right.rules || left.letters !== right.letters,
    label: left.label === right.label ? left.label : UNKNOWN,
    loads: left.loads === right.loads ? left.loads : UNKNOWN,
    directory: left.directory === right.directory ? left.directory : UNKNOWN,
  }
}
