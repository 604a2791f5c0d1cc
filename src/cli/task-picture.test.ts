import { expect, it } from 'vitest'
import { taskPicture } from './task-picture.ts'

const vertex = (taskId: string, enabled = true, missing = false) => ({
  taskId,
  ...(missing ? {} : { task: { name: `task ${taskId}`, enabled } }),
  attrs: missing ? { missing } : {},
})
const edge = (text: string) => {
  const [source = '', target = ''] = text.split('>')
  return { source, target }
}

it('draws each chain below what begins it, and a task with two parents once', () => {
  const graph = {
    taskId: 'b',
    vertices: [vertex('b'), vertex('a'), vertex('gone', true, true), vertex('c', false), vertex('d')],
    edges: ['a>b', 'gone>b', 'b>c', 'b>d', 'c>d'].map(edge),
  }
  expect(taskPicture(graph)).toEqual([
    'task a  a',
    '└─ task b  b  <-',
    '   ├─ task c  c  [off]',
    '   │  └─ task d  d',
    '   └─ task d  d',
    '(deleted)  gone',
    '└─ task b  b  <- …',
  ])
})

it('draws a task alone', () => {
  expect(taskPicture({ taskId: 'a', vertices: [vertex('a')], edges: [] })).toEqual(['task a  a  <-'])
  expect(taskPicture({ taskId: 'a', vertices: [{ taskId: 'a', attrs: {} }], edges: [] })).toEqual([
    '(not yours to see)  a  <-',
  ])
})
