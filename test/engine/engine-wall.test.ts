/** Engine sessions behind the second wall: what a script sees is what it sees without. Nothing is left. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { DataVersion } from '../../src/core/ids.ts'
import type { SessionWork } from '../../src/engine/engine-session.ts'
import type { DuckDbSession } from '../../src/engine/pool/duckdb-session.ts'
import { nodeAlone } from '../../src/engine/wall/node-alone.ts'
import { type DuckDbHarness, duckDbHarness, SCRIPTS } from '../support/duckdb-session-harness.ts'
import { isRunning, until } from '../support/observe.ts'

let walled: DuckDbHarness
let bare: DuckDbHarness
beforeAll(async () => {
  walled = await duckDbHarness({ warm: 0 })
  bare = await duckDbHarness({ warm: 0, wall: nodeAlone('to compare with') })
})
afterAll(() => Promise.all([walled.close(), bare.close()]))
beforeEach(({ skip }) => {
  const { kind, missing } = walled.options.wall!.report
  skip(kind === 'none', missing)
})

async function ran(harness: DuckDbHarness, script: string, more: Partial<SessionWork> = {}) {
  const session = await harness.sessions.acquire(harness.size)
  return session.run(harness.workOf(script, more), () => {})
}

/** The lines of a script log, without times. */
const linesOf = (scriptLog: string) => scriptLog.split('\r\n').map((line) => line.slice(24))

const AWKWARD = 'with blank, # and \\ and ü'
const LOOKS = `
FOR EACH found IN FileList('lib://Own/*.csv'), FileList('lib://Own/*/*.csv'), FileList('lib://Own/none*')
TRACE $(found) $(=FileSize('$(found)')) $(=Num(FileTime('$(found)')));
NEXT
FOR EACH folder IN DirList('lib://Own/*')
TRACE $(folder);
NEXT
TRACE of the other $(=FileSize('lib://Space:DataFiles/b.csv')) $(=FileSize('lib://Own/outside.csv'));
T: LOAD * FROM [lib://Own/*.csv] (txt, embedded labels, delimiter is ',');
U: LOAD * FROM [lib://Own/to-folder/deep.csv] (txt, embedded labels, delimiter is ',');
LET rows = NoOfRows('T') + NoOfRows('U');
TRACE $(rows) rows;`

/** Files, folders and links, inside and out, in the folders of two connections. */
function furnish({ filesRoot }: DuckDbHarness) {
  const own = join(filesRoot, 'tenant', 'own')
  const space = join(filesRoot, 'tenant', 'space')
  for (const folder of [join(own, 'folder'), join(own, AWKWARD), space])
    mkdirSync(folder, { recursive: true })
  writeFileSync(join(own, 'a.csv'), 'a,b\n1,2\n')
  writeFileSync(join(own, 'folder', 'deep.csv'), 'a,b\n3,4\n')
  writeFileSync(join(own, AWKWARD, 'x.csv'), 'a,b\n5,6\n')
  writeFileSync(join(space, 'b.csv'), 'a,b\n7,8\n9,10\n')
  symlinkSync('a.csv', join(own, 'relative.csv'))
  symlinkSync(join(own, 'a.csv'), join(own, 'absolute.csv'))
  symlinkSync('folder', join(own, 'to-folder'))
  symlinkSync('gone', join(own, 'broken.csv'))
  return [
    { name: 'Own', root: own, writable: false },
    { name: 'Space:DataFiles', root: space, writable: false },
  ]
}

test('a script sees files, folders, wildcards and links as without the wall', async () => {
  const [behind, without] = await Promise.all(
    [walled, bare].map(async (harness) => ran(harness, LOOKS, { connections: furnish(harness) })),
  )
  const shown = (scriptLog: string) => linesOf(scriptLog).map((line) => line.replace(/ \d{5}\.\d+$/, ''))
  expect(without!.kind).toBe('completed')
  expect(shown(behind!.scriptLog)).toEqual(shown(without!.scriptLog))
  expect(behind!.scriptLog).toContain('lib://Own/absolute.csv')
})

test('a link that leads out of its connection is refused behind the wall, too', async () => {
  const connections = furnishedOnce(walled, 'leading-out')
  symlinkSync('/etc/passwd', join(connections[0]!.root, 'outside.csv'))
  const end = await ran(walled, `T: LOAD * FROM [lib://Own/outside.csv] (txt);`, { connections })
  expect(end.kind).toBe('script-error')
})

test('files that come while the script runs are seen', async () => {
  const connections = furnishedOnce(walled, 'coming')
  const script = `DO WHILE IsNull(FileSize('lib://Own/late.csv'))
SLEEP 20;
LOOP
TRACE came;`
  const session = await walled.sessions.acquire(walled.size)
  let statement = 0
  const end = session.run(walled.workOf(script, { connections }), (progress) => {
    statement = progress.statement
  })
  await until('the script waits', () => statement >= 2)
  writeFileSync(join(connections[0]!.root, 'late.csv'), 'a\n1\n')
  expect((await end).scriptLog).toContain('came')
})

test('a partial reload begins with the data of the app', async () => {
  const dataAfter = 'first.duckdb' as DataVersion
  expect((await ran(walled, SCRIPTS.completes, { dataAfter })).kind).toBe('completed')
  const script = `ADD LOAD 5000 AS n, 'added' AS name AUTOGENERATE 1;`
  const end = await ran(walled, script, { partial: true, dataBefore: dataAfter })
  expect(end).toMatchObject({ kind: 'completed' })
})

test('files of another file system are seen', async ({ skip }) => {
  skip(!readFileSync('/proc/mounts', 'latin1').includes(' /dev/shm tmpfs '), 'there is no other file system')
  const root = mkdtempSync('/dev/shm/reprise-wall-')
  try {
    writeFileSync(join(root, 'a.csv'), 'a\n1\n')
    const connections = [{ name: 'Own', root, writable: false }]
    const end = await ran(walled, `TRACE size $(=FileSize('lib://Own/a.csv'));`, { connections })
    expect(end.scriptLog).toContain('size 4')
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('the process that holds the mounts is replaced when it dies, and sessions go on', async () => {
  const keeper = keepersOf(process.pid, walled.folder)
  expect(keeper).toHaveLength(1)
  const ready = (await walled.sessions.acquire(walled.size)) as DuckDbSession
  process.kill(keeper[0]!, 'SIGKILL')
  await until('a process that waits for its work is gone', () => !isRunning(ready.pid))
  await until('it is replaced', () => {
    const now = keepersOf(process.pid, walled.folder)
    return now.length === 1 && now[0] !== keeper[0] && walled.logged.some((line) => line.includes('ended'))
  })
  const connections = furnishedOnce(walled, 'after')
  // For a moment no session can be had.
  const kindOf = () => ran(walled, LOOKS, { connections }).then(({ kind }) => kind, String)
  await expect.poll(kindOf, { timeout: 30_000 }).toBe('completed')
})

test('nothing of a session is left, neither folders nor mounts', async () => {
  const harness = await duckDbHarness({ warm: 0 })
  try {
    const connections = furnish(harness)
    await ran(harness, LOOKS, { connections })
    await until('its folder is gone', () => readdirSync(join(harness.folder, 'tmp')).length === 0)
    expect(readFileSync('/proc/self/mounts', 'latin1')).not.toContain(harness.folder)
    expect(readdirSync(connections[0]!.root)).toContain('a.csv')
  } finally {
    await harness.close()
  }
})

/** The same as `furnish`, in a folder of its own. */
function furnishedOnce(harness: DuckDbHarness, name: string) {
  return furnish({ ...harness, filesRoot: join(harness.filesRoot, name) })
}

/** Children of a process that hold the mounts below a folder. */
function keepersOf(pid: number, folder: string): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    .split(' ')
    .filter((child) => child !== '')
    .map(Number)
    .filter((child) => {
      const words = readFileSync(`/proc/${child}/cmdline`, 'latin1').split('\0')
      return words.includes('--dev-bind') && words.some((word) => word.startsWith(folder))
    })
}
