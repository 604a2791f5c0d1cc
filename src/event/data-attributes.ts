/**
 * The attributes of an event's data that a filter may name: what its schema says of texts, flags and numbers,
 * also one level down, such as `data.size.memory` (contract 04, section 4, and 07, row 10).
 */
import { schemaOf } from './async-api.ts'

interface Shape {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Shape>>
}

/** By name, each with its possible values. */
export function dataAttributes(eventType: string): Readonly<Record<string, readonly string[] | 'any'>> {
  const { properties } = schemaOf(eventType) as Shape
  return Object.fromEntries(attributes('data', properties?.data ?? {}, LEVELS))
}

/** Below `data`: its members, and members of these. */
const LEVELS = 2

function attributes(
  path: string,
  { properties = {} }: Shape,
  levels: number,
): [string, readonly string[] | 'any'][] {
  return Object.entries(properties).flatMap(([name, shape]) => {
    const at = `${path}.${name}`
    const values = valuesOf(shape)
    if (values !== undefined) return [[at, values] as [string, readonly string[] | 'any']]
    return levels > 1 ? attributes(at, shape, levels - 1) : []
  })
}

function valuesOf(shape: Shape): readonly string[] | 'any' | undefined {
  if (shape.enum !== undefined) return shape.enum.map(String)
  if (shape.type === 'boolean') return ['true', 'false']
  return SCALARS.has(shape.type ?? '') ? 'any' : undefined
}

const SCALARS = new Set(['string', 'integer', 'number'])
