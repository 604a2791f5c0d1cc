/**
 * Room `script/row`: rows run through a LOAD one after another, for everything that SQL cannot do in order.
 * Only what keeps state from row to row enters.
 *
 * The row machine of one LOAD level: reads input rows one by one and writes output rows, for everything that
 * depends on the order of rows (LANGUAGE, section 6, steps 2 to 5): FIRST, WHILE, WHERE, the field
 * expressions from left to right, row multiplication by SubField, RecNo, RowNo, IterNo, Previous and Peek.
 * Synchronous; keeps only rows that Peek and Previous can still reach.
 *
 * A fault of an expression ends the statement; compiling finds unknown names before any row is read.
 */
import { compile } from '../evaluate/compile-expression.ts'
import { callInLoad } from '../function/call-in-load.ts'
import type { Binding, Evaluator } from '../function/site/binding.ts'
import type { InputRow, LoadContext, OutputTable } from '../function/site/load-context.ts'
import type { MachineState } from '../function/site/machine-state.ts'
import type { PeekHistory } from '../function/site/peek-history.ts'
import type { LevelRules } from '../plan/row-plan.ts'
import { unknownField } from '../plan/unknown-field.ts'
import { isTrue } from '../value/convert.ts'
import type { Value } from '../value/value.ts'

export class LevelMachine {
  /** Indexes of the input fields that some expression reads. Complete after construction. */
  readonly used = new Set<number>()
  readonly #state: MachineState
  readonly #fields: Evaluator[]
  readonly #where: Evaluator | undefined
  readonly #while: Evaluator | undefined
  readonly #first: number
  readonly #skips: () => boolean
  readonly #settings: LoadContext['settings']
  readonly #write: (row: Value[]) => void
  readonly #historyOf: (PeekHistory | undefined)[]

  /** @param write called with a new array for each output row */
  constructor(
    rules: LevelRules,
    input: InputRow,
    context: LoadContext,
    output: OutputTable | undefined,
    write: (row: Value[]) => void,
  ) {
    this.#state = {
      recNo: 0,
      iterNo: 1,
      output,
      rowsWritten: 0,
      histories: new Map(),
      afterRow: [],
      multipliers: [],
      inCondition: true,
    }
    this.#settings = context.settings
    this.#first = rules.first ?? Number.POSITIVE_INFINITY
    const { sample } = rules
    this.#skips = sample === undefined ? () => false : () => context.random() >= sample
    this.#write = write
    const names = new Set(rules.items.map((item) => item.name))
    const binding = this.#binding(input, context, names)
    this.#where = rules.where && compile(rules.where, binding)
    this.#while = rules.while && compile(rules.while, binding)
    this.#state.inCondition = false
    this.#fields = rules.items.map((item) => compile(item.expression, binding))
    this.#historyOf = rules.items.map((item) => this.#state.histories.get(item.name))
  }

  /** Processes the current input row. Returns false if no further rows are wanted. */
  read(): boolean {
    const state = this.#state
    if (state.recNo >= this.#first) return false
    state.recNo++
    if (this.#skips()) return state.recNo < this.#first
    state.iterNo = 1
    const condition = this.#while
    if (condition === undefined) this.#iterate()
    else for (; isTrue(condition(), this.#settings); state.iterNo++) this.#iterate()
    for (let i = state.afterRow.length - 1; i >= 0; i--) state.afterRow[i]!()
    return state.recNo < this.#first
  }

  /** Returns false if FIRST allows no row at all. */
  get wantsRows(): boolean {
    return this.#state.recNo < this.#first
  }

  /** Histories of output fields that Peek reads, to be started with rows of the target table. */
  get histories(): ReadonlyMap<string, PeekHistory> {
    return this.#state.histories
  }

  #iterate(): void {
    if (this.#where !== undefined && !isTrue(this.#where(), this.#settings)) return
    if (this.#state.multipliers.length === 0) this.#writeRow()
    else this.#multiply(0)
  }

  #multiply(index: number): void {
    const multiplier = this.#state.multipliers[index]
    if (multiplier === undefined) {
      this.#writeRow()
      return
    }
    for (const part of multiplier.parts()) {
      multiplier.current = part
      this.#multiply(index + 1)
    }
  }

  #writeRow(): void {
    const fields = this.#fields
    const row = new Array<Value>(fields.length)
    for (let i = 0; i < fields.length; i++) row[i] = fields[i]!()
    this.#state.rowsWritten++
    if (this.#state.histories.size > 0) {
      for (let i = 0; i < row.length; i++) this.#historyOf[i]?.push(row[i]!)
    }
    this.#write(row)
  }

  #binding(input: InputRow, context: LoadContext, outputNames: ReadonlySet<string>): Binding {
    const positions = new Map(input.names.map((name, index) => [name, index]))
    const values = input.values
    return {
      ...context,
      unknownNameIsNull: false,
      name: (name) => {
        const index = positions.get(name)
        if (index === undefined) throw unknownField(name, input.names)
        this.used.add(index)
        return () => values[index]!
      },
      call: (name, args, compileArgument, distinct) =>
        callInLoad(
          name,
          args,
          { context, state: this.#state, outputNames, compile: compileArgument },
          distinct,
        ),
    }
  }
}
