/** What templates of a document may name: nothing but paths of the scope, and of steps only earlier ones. */

import { pointerStep } from '../json-pointer.ts'
import type { Json, Step } from './automation.ts'
import type { Members, Reading } from './reading.ts'
import { isObject } from './scope.ts'
import { parsePath, pathsIn } from './template.ts'

export function checkJson(reading: Reading, value: Json, pointer: string, earlier: readonly Step[]): void {
  if (typeof value === 'string') {
    const detail = templateFault(value, earlier)
    if (detail !== undefined) reading.fault(pointer, detail)
  } else if (Array.isArray(value)) {
    for (const [index, one] of value.entries())
      checkJson(reading, one as Json, `${pointer}/${index}`, earlier)
  } else if (isObject(value)) {
    for (const [name, one] of Object.entries(value)) {
      checkJson(reading, one, `${pointer}/${pointerStep(name)}`, earlier)
    }
  }
}

export function checkTemplate(
  step: Members,
  name: string,
  template: string | undefined,
  earlier: readonly Step[],
  member?: string,
): void {
  const detail = template === undefined ? undefined : templateFault(template, earlier)
  if (detail !== undefined)
    step.fault(name, member === undefined ? detail : `${member.slice(0, 128)}: ${detail}`)
}

const ROOTS = ['input', 'automation', 'run', 'steps']

function templateFault(template: string, earlier: readonly Step[]): string | undefined {
  for (const text of pathsIn(template)) {
    const path = parsePath(text)
    const shown = `{{${text.slice(0, 128)}}}`
    if (path === undefined || !ROOTS.includes(path[0]!)) {
      return `${shown} must be a path that begins with one of ${ROOTS.join(', ')}, such as {{input.name}}`
    }
    if (path[0] === 'steps' && !earlier.some(({ id }) => id === path[1])) {
      return `${shown} must name an earlier step`
    }
  }
  return undefined
}
