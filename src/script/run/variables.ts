/**
 * The variables of a running script: globals, and the parameters of the subs that run, which shadow them
 * (SEMANTICS P10, P14): those of the sub that was called last first. Names are case-sensitive (O13), but for
 * those of the system. A variable holds a dual (O18). ScriptError and the like are read-only.
 */
import { faults } from '../fault/fault.ts'
import { type Settings, settingsFrom } from '../value/settings.ts'
import { isUnsupported, variableName } from '../value/system-variables.ts'
import type { Value } from '../value/value.ts'

export interface Variables {
  /** Returns undefined if there is no such variable. */
  get(name: string): Value | undefined
  /**
   * Sets the parameter of that name, else the global. Throws ScriptFaultError for one that is read-only, or
   * not supported.
   */
  set(name: string, value: Value): void
  /** Removes what `set` would set, if it is there. Throws ScriptFaultError for a read-only one. */
  drop(name: string): void
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

  const frameOf = (name: string) => frames.findLast((frame) => frame.has(name)) ?? globals
  const get = (written: string): Value | undefined => {
    const name = variableName(written)
    if (Object.hasOwn(readOnly, name)) return readOnly[name]!()
    return frameOf(name).get(name)
  }
  const changed = (written: string): string => {
    const name = variableName(written)
    if (Object.hasOwn(readOnly, name)) throw faults.variableReadOnly(`The variable ${name} can only be read`)
    if (steering.has(name)) settings = undefined
    return name
  }
  const settingText = (name: string) => {
    steering.add(name)
    const value = get(name) ?? undefined
    return typeof value === 'object' ? value.text : value === undefined ? undefined : String(value)
  }
  return {
    get,
    isReadOnly: (name) => Object.hasOwn(readOnly, variableName(name)),
    set(written, value) {
      const name = changed(written)
      if (isUnsupported(name, value)) throw faults.notSupported(`The variable ${name} is not supported`)
      frameOf(name).set(name, value)
    },
    drop(written) {
      const name = changed(written)
      frameOf(name).delete(name)
    },
    enter(parameters) {
      frames.push(new Map([...parameters].map(([name, value]) => [variableName(name), value])))
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
