import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DIRECTIONS } from './directions.ts'
import { roomFaults, roomHeads, roomTable } from './rooms.ts'
import { SourceTree, thisTree } from './source-tree.ts'

it('every room says at the head of its main file what it is for and what may enter', () => {
  expect(roomFaults(thisTree())).toEqual([])
})

it('the tree of ARCHITECTURE.md is what the rooms say', () => {
  const url = new URL('../../ARCHITECTURE.md', import.meta.url)
  const table = roomTable(roomHeads(thisTree()), Object.keys(DIRECTIONS).reverse())
  const section = `<!-- rooms, made from the heads of their main files -->\n\n${table}\n<!-- end of rooms -->`
  if (process.env.UPDATE_REFERENCE === '1') {
    const page = readFileSync(url, 'utf8')
    writeFileSync(
      url,
      page.replace(/<!-- rooms,[\s\S]*<!-- end of rooms -->/, () => section),
    )
  }
  expect(readFileSync(url, 'utf8'), 'stale: run UPDATE_REFERENCE=1 npx vitest run test/tidy').toContain(
    section,
  )
})

it('finds rooms that are silent, speak twice, speak for others or leave out what may enter', () => {
  const head = (text: string) => `/**\n * ${text}\n *\n * More.\n */\nexport const a = 1`
  const tree = new SourceTree({
    'src/core/reload.ts': head(
      'Room `core`: rules of a reload, also\n * over two lines. Pure functions enter.',
    ),
    'src/core/order.ts': '/** The order. Room `core`: not at the head. Nothing. */',
    'src/store/one.ts': head('Room `store`: keeps. Rows enter.'),
    'src/store/two.ts': head('Room `store`: keeps too. Rows enter.'),
    'src/api/silent.ts': '/** An API. */',
    'src/queue/claim.ts': head('Room `queue`: claims.'),
    'src/queue/lost.ts': head('Room `core`: strays. Nothing enters.'),
  })
  expect(roomFaults(tree)).toEqual([
    'src/queue/claim.ts does not say what may enter queue',
    'src/queue/lost.ts speaks for core and does not stand there',
    'no file says what api is for',
    'several files say what core is for: src/core/reload.ts, src/queue/lost.ts',
    'several files say what store is for: src/store/one.ts, src/store/two.ts',
  ])
  expect(roomTable(roomHeads(tree), ['core'])).toContain(
    '| `core` | reload.ts | Rules of a reload, also over two lines. |',
  )
})
