import { expect, it } from 'vitest'
import { filesLoadedAtOnce, roomsLoadedBy, startedFiles } from './processes.ts'
import { roomOf, SourceTree, thisTree } from './source-tree.ts'

it('the product starts readers, the child, its guard and two threads, and nothing else', () => {
  expect(startedFiles(thisTree())).toEqual([
    'src/api/reader/reader-child.ts -> src/api/reader/reader-process.ts',
    'src/engine/child/session-process.ts -> src/engine/child/session-guard.ts',
    'src/engine/pool/session-child.ts -> src/engine/child/session-process.ts',
    'src/engine/source/xls-workbook.ts -> src/engine/source/xls-thread.ts',
    'src/store/sqlite/checkpoints.ts -> src/store/sqlite/checkpoint-thread.ts',
  ])
})

const RUNS_SCRIPTS = ['engine/child', 'engine/duckdb', 'engine/source', 'engine/sink']

it('the service loads nothing that runs scripts or opens data', () => {
  for (const entry of ['src/main/service.ts', 'src/cli/serve.ts']) {
    const loaded = roomsLoadedBy(thisTree(), entry)
    expect(loaded).toContain('engine/pool')
    expect(loaded.filter((room) => RUNS_SCRIPTS.includes(room))).toEqual([])
  }
})

it('nor does the command line before it knows its command', () => {
  const loaded = filesLoadedAtOnce(thisTree(), 'src/cli/program.ts')
  expect(loaded).toContain('src/cli/commands.ts')
  expect(loaded.map(roomOf).filter((room) => RUNS_SCRIPTS.includes(room))).toEqual([])
})

it('a reader loads scripts’ checks and nothing of the service', () => {
  const loaded = roomsLoadedBy(thisTree(), 'src/api/reader/reader-process.ts')
  expect(loaded).toContain('script/check')
  expect(loaded.filter((room) => !/^(api\/reader|core|script)(\/|$)/.test(room))).toEqual([])
})

it('the child that runs untrusted scripts loads nothing of the service', () => {
  const loaded = roomsLoadedBy(thisTree(), 'src/engine/child/session-process.ts')
  const service = /^(api|main|cli|worker|intake|history|files|store|delivery|engine\/pool)(\/|$)/
  expect(loaded).toContain('engine/duckdb')
  expect(loaded.filter((room) => service.test(room))).toEqual([])
})

it('follows imports over several files and lazily, but neither types nor other processes', () => {
  const tree = new SourceTree({
    'src/main/main.ts': "import '../pool/pool.ts'\nimport type { C } from '../child/child.ts'",
    'src/pool/pool.ts': "const late = () => import('../channel/channel.ts')",
    'src/channel/channel.ts': "new URL('../child/child.ts', import.meta.url)",
    'src/child/child.ts': "export * from '../script/script.ts'",
    'src/script/script.ts': '',
  })
  expect(roomsLoadedBy(tree, 'src/main/main.ts')).toEqual(['channel', 'main', 'pool'])
  expect(roomsLoadedBy(tree, 'src/child/child.ts')).toEqual(['child', 'script'])
  expect(filesLoadedAtOnce(tree, 'src/main/main.ts')).toEqual(['src/main/main.ts', 'src/pool/pool.ts'])
  expect(startedFiles(tree)).toEqual(['src/channel/channel.ts -> src/child/child.ts'])
})
