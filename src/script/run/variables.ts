/**
 * The variables of a running script: globals, and the parameters of the current sub, which shadow them
 * (SEMANTICS P10, P14). Names are case-sensitive (O13). A variable holds a dual (O18). ScriptError and the
 * like are read-only.
 */
import { faults } from '../fault/fault.ts'
import { type Settings, settingsFrom } from '../value/settings.ts'
import type { Value } from '../value/value.ts'

export interface Variables {
  /** Returns undefined if there is no such variable. */
  get(name: string): Value | undefined
  /** Sets the parameter of that name, else the global. Throws ScriptFaultError for a read-only one. */
  set(name: string, value: Value): void
  isReadOnly(name: string): boolean
  /** Enters a sub with its parameters; missing ones are NULL. */
  enter(parameters: ReadonlyMap<string, Value>): void
  /** Leaves the sub; returns the last values of its parameters. */
  leave(): ReadonlyMap<string, Value>
  /** Returns the settings for the present variables. */
  settings(): Settings
}

/** @param readOnly variables that the interpreter maintains, by name */
export function createVariables(readOnly: Readonly<Record<string, () => Value>>): Variables {
  const globals = new Map<string, Value>()
  const frames: Map<string, Value>[] = []
  const steering = new Set<string>()
  let settings: Settings | undefined

  const get = (name: string): Value | undefined => {
    if (Object.hasOwn(readOnly, name)) return readOnly[name]!()
    const frame = frames.at(-1)
    return frame?.has(name) ? frame.get(name) : globals.get(name)
  }
  const settingText = (name: string) => {
    steering.add(name)
    const value = get(name) ?? undefined
    return typeof value === 'object' ? value.text : value === undefined ? undefined : String(value)
  }
  return {
    get,
    isReadOnly: (name) => Object.hasOwn(readOnly, name),
    set(name, value) {
      if (Object.hasOwn(readOnly, name))
        throw faults.variableReadOnly(`The variable ${name} can only be read`)
      const frame = frames.at(-1)
      if (frame?.has(name)) frame.set(name, value)
      else globals.set(name, value)
      if (steering.has(name)) settings = undefined
    },
    enter(parameters) {
      frames.push(new Map(parameters))
      settings = undefined
    },
    leave() {
      const frame = frames.pop()
      if (frame === undefined) throw new Error('left a sub that was not entered')
      settings = undefined
      return frame
    },
    settings() {
      settings ??= settingsFrom(settingText)
      return settings
    },
  }
}
