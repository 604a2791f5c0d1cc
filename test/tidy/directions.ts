/**
 * Who may import whom in the product. A room is a folder of `src/`, and the table is exact: an import that it
 * does not allow is a fault, and so is an arrow that nobody uses any more, so that it only shrinks unless
 * somebody decides otherwise. Tests stand outside: they may import anything.
 */
import { importsOf } from './arrows.ts'
import { productFiles, roomOf, type SourceTree } from './source-tree.ts'

/** Rooms in order, from the ground up: a room imports only rooms that stand before it. */
export type Directions = Readonly<Record<string, string>>

export const DIRECTIONS: Directions = {
  core: '',
  'core/people': 'core',
  'core/recurrence': 'core',
  'core/task': 'core core/recurrence',
  'core/automation': 'core core/recurrence',
  event: 'core core/automation core/task',

  'script/value': 'core',
  'script/statistics': '',
  'script/fault': '',
  'script/syntax': 'script/fault script/value',
  script: 'script/fault script/syntax script/value',
  'script/format': 'core script/fault script/syntax script/value',
  'script/model': 'core script script/syntax script/value',
  'script/function/site': 'script script/model script/syntax script/value',
  'script/function':
    'script/fault script/function/site script/model script/statistics script/syntax script/value',
  'script/parse': 'core script script/fault script/function script/syntax script/value',
  'script/evaluate':
    'script/fault script/function script/function/site script/parse script/syntax script/value',
  'script/plan':
    'core script script/fault script/format script/function script/function/site script/model script/syntax script/value',
  'script/row':
    'script script/evaluate script/fault script/function script/function/site script/model script/plan script/syntax script/value',
  'script/run':
    'script script/evaluate script/fault script/function script/function/site script/parse script/syntax script/value',
  'script/check':
    'core script script/evaluate script/fault script/function script/function/site script/parse script/plan script/run script/syntax script/value',

  archive: '',
  qvd: 'core script/value',
  receiver: 'core event',

  'store/port': 'core core/automation core/people core/recurrence core/task event',
  'store/rule': 'core core/task event store/port',
  'store/memory': 'core core/automation core/people core/task event store/port store/rule',
  'store/sqlite/migrations': '',
  'store/sqlite':
    'core core/automation core/people core/recurrence core/task event store/port store/rule store/sqlite/migrations',

  catalog: 'core core/people core/recurrence core/task event store/port',
  'files/local': 'archive catalog core',
  delivery: 'catalog core core/automation event store/port',
  'delivery/channels': 'core delivery event',
  outcome: 'core core/task event store/port',
  history: 'core store/port',

  // The engine. The wall of trust: pool is the service's side, child the side of the untrusted script, and
  // all that both know of each other is channel.
  engine: 'core',
  'engine/channel': 'core engine script',
  'engine/wall': 'core engine',
  'engine/pool': 'core engine engine/channel engine/wall',
  'engine/sql':
    'script/fault script/function script/function/site script/model script/plan script/syntax script/value',
  'engine/duckdb':
    'core engine/sql qvd script script/evaluate script/fault script/function script/function/site script/model script/plan script/row script/syntax script/value',
  'engine/source':
    'archive core engine engine/duckdb engine/sql qvd script/fault script/format script/function/site script/model script/plan script/syntax script/value',
  'engine/sink':
    'engine engine/duckdb engine/source engine/sql qvd script/fault script/model script/plan script/syntax script/value',
  'engine/child':
    'core engine engine/channel engine/duckdb engine/sink engine/source outcome script script/fault script/function script/function/site script/model script/plan script/run script/syntax script/value',

  files: 'catalog core core/task engine outcome store/port',
  intake: 'catalog core core/task engine outcome store/port',
  trigger: 'catalog core core/recurrence core/task event intake outcome store/port',
  automation:
    'catalog core core/automation core/recurrence core/task delivery event intake store/port trigger',
  worker: 'core engine files outcome store/port',

  'sign-in': 'catalog core core/people delivery delivery/channels store/port',

  'api/http': 'catalog core core/recurrence delivery engine event outcome sign-in store/port store/rule',
  'api/reader': 'api/http core engine/pool script/check',
  'api/reload': 'api/http catalog core intake store/port',
  'api/data-file': 'api/http catalog core files files/local store/port',
  'api/event': 'api/http core delivery event sign-in store/port',
  'api/people': 'api/http catalog core core/people core/recurrence intake sign-in store/port',
  'api/alert': 'api/http core delivery event store/port',
  'api/webhook': 'api/http core delivery event store/port',
  'api/task': 'api/http api/reload catalog core core/recurrence core/task intake store/port trigger',
  'api/app': 'api/http api/task automation catalog core core/automation files intake sign-in store/port',
  'api/sign-in': 'api/http catalog core core/people sign-in store/port',
  'api/automation': 'api/http automation core core/automation store/port',
  api: 'api/alert api/app api/automation api/data-file api/event api/http api/people api/reload api/sign-in api/task api/webhook',

  main: 'api api/http api/reader automation catalog core core/recurrence core/task delivery delivery/channels engine engine/pool engine/wall event files files/local history outcome sign-in store/port store/sqlite trigger worker',
  cli: 'core delivery/channels engine engine/duckdb engine/pool engine/sink engine/source event main qvd receiver script/check script/fault script/plan script/value',
}

/**
 * Arrows that run against the order and close the circles of rooms that stand, each to be cut. The list only
 * shrinks: one that is not needed any more is a fault.
 */
export const AGAINST_THE_ORDER: readonly string[] = []

/** What a tree does that the table does not say, and what the table says that the tree does not do. */
export function directionFaults(
  tree: SourceTree,
  directions: Directions,
  againstTheOrder: readonly string[],
): string[] {
  const rooms = Object.keys(directions)
  const unused = new Set(rooms.flatMap((room) => words(directions[room]!).map((to) => `${room} -> ${to}`)))
  const allowed = new Set(unused)
  const wrong = new Map<string, string>()
  for (const { from, line, to } of importsOf(tree)) {
    const arrow = `${roomOf(from)} -> ${roomOf(to)}`
    if (roomOf(from) === roomOf(to)) continue
    unused.delete(arrow)
    if (!allowed.has(arrow) && !wrong.has(arrow)) wrong.set(arrow, `${from}:${line} imports ${to}`)
  }
  const faults = [...wrong].map(([arrow, first]) => `${arrow} is not in the table: ${first}`)
  for (const arrow of unused) faults.push(`${arrow} is in the table and nobody uses it: take it out`)
  const inhabited = new Set(productFiles(tree).map(roomOf))
  for (const room of inhabited) if (!rooms.includes(room)) faults.push(`the room ${room} is not in the table`)
  for (const room of rooms) if (!inhabited.has(room)) faults.push(`the room ${room} is gone: take it out`)
  const back = arrowsAgainst(directions)
  for (const arrow of back) {
    if (!againstTheOrder.includes(arrow)) faults.push(`${arrow} runs against the order of the table`)
  }
  for (const arrow of againstTheOrder) {
    if (!back.includes(arrow)) faults.push(`${arrow} does not run against the order any more: take it out`)
  }
  return faults
}

/** The arrows of a table that lead to a room which does not stand before. */
function arrowsAgainst(directions: Directions): string[] {
  const rooms = Object.keys(directions)
  return rooms.flatMap((room, index) =>
    words(directions[room]!)
      .filter((to) => !rooms.slice(0, index).includes(to))
      .map((to) => `${room} -> ${to}`),
  )
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '')
}
