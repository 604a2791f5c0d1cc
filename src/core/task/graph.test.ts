import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aTask } from '../../../test/support/records.ts'
import type { AppId, SpaceId, TaskId } from '../ids.ts'
import { chainsOf, circleOf, graphAround } from './graph.ts'
import type { Task, TaskEvent } from './task.ts'

const id = (name: string) => name as TaskId

function task(
  name: string,
  listensTo: readonly (string | Partial<TaskEvent>)[] = [],
  more: Partial<Task> = {},
): Task {
  const events = listensTo.map(
    (one, at): TaskEvent => ({
      name: `e${at}`,
      status: 'any',
      ...(typeof one === 'string' ? { taskId: id(one) } : one),
    }),
  )
  return aTask({
    id: id(name),
    name,
    appId: `app-${name}` as AppId,
    triggers: events.length === 0 ? {} : { ends: { join: 'any', events } },
    ...more,
  })
}

const names = (tasks: readonly Task[] | undefined) => tasks?.map(({ name }) => name)

describe('chains', () => {
  it('go by task, by app and by space, and each condition of an event counts', () => {
    const finance = 'finance' as SpaceId
    const source = task('source', [], { spaceId: finance })
    const listeners = [
      task('by-task', ['source']),
      task('by-app', [{ appId: source.appId }]),
      task('by-space', [{ spaceId: finance }]),
      task('by-all', [{ taskId: source.id, appId: source.appId, spaceId: finance }]),
      task('of-another-app', [{ taskId: source.id, appId: 'other' as AppId }]),
      task('of-another-space', [{ taskId: source.id, spaceId: 'other' as SpaceId }]),
    ]
    const chains = chainsOf([source, ...listeners])
    expect(names(chains.childrenOf(source))).toEqual(['by-task', 'by-all', 'by-app', 'by-space'])
    for (const listener of listeners) {
      const hears = chains.childrenOf(source).includes(listener)
      expect([listener.name, names(chains.parentsOf(listener))]).toEqual([
        listener.name,
        hears ? ['source'] : [],
      ])
    }
  })

  it('name what is missing, and take no migrated task', () => {
    const chains = chainsOf([task('a', ['gone', 'b']), task('b'), task('old', ['b'], { migrated: true })])
    expect(chains.missingOf(chains.taskOf(id('a'))!)).toEqual(['gone'])
    expect(names(chains.childrenOf(chains.taskOf(id('b'))!))).toEqual(['a'])
  })
})

describe('a circle', () => {
  it('is told from the task around to itself', () => {
    const listening = [task('b', ['a']), task('c', ['b'])]
    expect(names(circleOf(task('a', ['c']), listening))).toEqual(['a', 'c', 'b', 'a'])
    expect(circleOf(task('a', ['x']), listening)).toBeUndefined()
  })

  it('may be the task alone, by its id: of its app and space it hears the others only', () => {
    expect(names(circleOf(task('a', ['a']), []))).toEqual(['a', 'a'])
    expect(circleOf(task('a', [{ appId: 'app-a' as AppId }]), [])).toBeUndefined()
    expect(circleOf(task('a', [{}]), [])).toBeUndefined()
    expect(names(circleOf(task('a', [{}]), [task('b', [{}])]))).toEqual(['a', 'b', 'a'])
  })

  it('is looked for in the new version of the task', () => {
    const old = task('a', ['c'])
    expect(circleOf(task('a', ['x']), [old, task('c', ['a'])])).toBeUndefined()
  })

  it('is found exactly when there is one', () => {
    const links = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 })), {
      maxLength: 14,
    })
    fc.assert(
      fc.property(links, (pairs) => {
        const tasks = Array.from({ length: 8 }, (_, at) =>
          task(String(at), [...new Set(pairs.filter(([to]) => to === at).map(([, from]) => String(from)))]),
        )
        const reaches = (from: number, to: number, seen = new Set<number>()): boolean =>
          pairs.some(([child, parent]) => {
            if (child !== from || seen.has(parent)) return false
            if (parent === to) return true
            seen.add(parent)
            return reaches(parent, to, seen)
          })
        for (const one of tasks) {
          const circle = circleOf(one, tasks)
          expect(circle !== undefined).toBe(reaches(Number(one.name), Number(one.name)))
          if (circle === undefined) continue
          expect([circle[0]?.id, circle.at(-1)?.id]).toEqual([one.id, one.id])
          for (const [at, link] of circle.slice(1).entries()) {
            expect(pairs).toContainEqual([Number(circle[at]!.name), Number(link.name)])
          }
        }
      }),
    )
  })
})

describe('the graph around a task', () => {
  const tasks = [
    task('a'),
    task('b', ['a', 'gone']),
    task('c', ['b']),
    task('d', ['b', 'a']),
    task('e', ['c', 'd']),
  ]
  const chains = chainsOf(tasks)
  const around = (name: string, way: 'ancestors' | 'descendants' | 'subgraph', levels: number) => {
    const { vertices, edges } = graphAround(chains.taskOf(id(name))!, chains, way, levels)
    return {
      vertices: vertices.map(({ taskId, depth, isParent, isChild }) => [taskId, depth, isParent, isChild]),
      edges: edges.map(({ source, target, depth }) => `${source}>${target} ${depth}`),
    }
  }

  it('has the asked task at depth 0, and goes as deep as asked', () => {
    expect(around('b', 'descendants', 1)).toEqual({
      vertices: [
        ['b', 0, true, true],
        ['c', 1, true, true],
        ['d', 1, true, true],
      ],
      edges: ['b>c 1', 'b>d 1'],
    })
    expect(around('e', 'ancestors', 20).vertices).toEqual([
      ['e', 0, false, true],
      ['c', 1, true, true],
      ['d', 1, true, true],
      ['b', 2, true, true],
      ['a', 2, true, false],
      ['gone', 3, true, false],
    ])
  })

  it('shows where a chain is broken', () => {
    const { vertices, edges } = graphAround(chains.taskOf(id('b'))!, chains, 'ancestors', 1)
    expect(vertices.find(({ taskId }) => taskId === 'gone')?.task).toBeUndefined()
    expect(edges).toContainEqual({ source: 'gone', target: 'b', depth: 1 })
  })

  it('goes both ways as a subgraph', () => {
    expect(around('b', 'subgraph', 1).edges).toEqual(['a>b 1', 'gone>b 1', 'b>c 1', 'b>d 1'])
  })
})
