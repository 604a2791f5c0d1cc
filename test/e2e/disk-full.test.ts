/**
 * The disk of the database is full at each of its writes in turn, as the operating system refuses them. What
 * was acknowledged is there, what was refused is not, and the store goes on as soon as there is room. A start
 * that finds no room fails, and the next one opens.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-disk-full-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Adds tenants one by one and in groups; says `+name` when one was acknowledged, `-name` when refused. */
const WRITING = `
  import { writeSync } from 'node:fs'
  import { SqliteStore } from '${new URL('../../src/store/sqlite/sqlite-store.ts', import.meta.url)}'
  import { aTenant } from '${new URL('../support/records.ts', import.meta.url)}'
  import { put } from '${new URL('../support/catalog.ts', import.meta.url)}'
  const store = SqliteStore.open(process.argv[1])
  const name = 'n'.repeat(3000)
  const add = async (id) => {
    try {
      await put(store, { tenants: [aTenant({ id, name })] })
      writeSync(1, '+' + id + ' ')
      return true
    } catch {
      writeSync(1, '-' + id + ' ')
      return false
    }
  }
  writeSync(1, 'opened ')
  for (let i = 0; i < 6; i++) await add('alone' + i)
  for (let i = 0; i < 3; i++) await Promise.all(['a', 'b', 'c'].map((of) => add('group' + i + of)))
  for (let i = 0; i < 20 && !(await add('last' + i)); i++);
  await store.close()`

interface Ran {
  readonly status: number | null
  readonly added: readonly string[]
  readonly refused: readonly string[]
  /** Writes of the database that the kernel was asked for, in all and until the store was open. */
  readonly writes: number
  readonly opening: number
}

function run(file: string, injected?: string): Ran {
  const trace = `${file}.trace`
  const inject = injected === undefined ? [] : ['-e', `inject=pwrite64:error=ENOSPC:when=${injected}`]
  const command = [process.execPath, '--input-type=module', '-e', WRITING, file]
  const { status, stdout } = spawnSync(
    'strace',
    ['-f', '-e', 'trace=pwrite64,write', ...inject, '-o', trace, ...command],
    { encoding: 'utf8' },
  )
  const said = stdout.split(' ').filter((word) => word !== '')
  const of = (sign: string) => said.filter((word) => word.startsWith(sign)).map((word) => word.slice(1))
  const calls = readFileSync(trace, 'utf8')
  const writesOf = (text: string) => text.match(/pwrite64\(/g)?.length ?? 0
  const opening = writesOf(calls.split('"opened ')[0]!)
  return { status, added: of('+'), refused: of('-'), writes: writesOf(calls), opening }
}

async function tenantsIn(file: string): Promise<string[]> {
  const store = SqliteStore.open(file)
  try {
    return (await store.tenants()).map(({ id }) => String(id)).sort()
  } finally {
    await store.close()
  }
}

const traced = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0
const LONG = { timeout: 300_000 }
/** Each run refuses one write in so many, more than a commit has, and each of them in one of the runs. */
const EVERY = 13
const OPENING_STRIDE = 40

describe.skipIf(!traced)('a full disk (needs a working strace)', () => {
  let files = 0
  const newFile = () => join(folder, `${++files}.db`)

  /** What the file holds afterwards is what was acknowledged, nothing less or more. */
  const check = async (file: string, ran: Ran) => {
    expect(await tenantsIn(file), JSON.stringify(ran)).toEqual(ran.added.toSorted())
  }

  it(
    'at each write of the database: each refused commit leaves nothing, and the next one goes',
    LONG,
    async () => {
      const { writes, opening, refused, status } = run(newFile())
      expect({ refused, status }).toEqual({ refused: [], status: 0 })
      expect(writes).toBeGreaterThan(opening + EVERY)
      for (let n = 1; n <= EVERY; n++) {
        const file = newFile()
        const ran = run(file, `${opening + n}+${EVERY}`)
        await check(file, ran)
        expect(ran.refused.length, JSON.stringify(ran)).toBeGreaterThan(0)
        expect(ran.added.at(-1), JSON.stringify(ran)).toMatch(/^last/)
        expect(ran.status).toBe(0)
      }
    },
  )

  it('while the store is made: it does not open, and opens when there is room', LONG, async () => {
    const { opening } = run(newFile())
    for (let n = 1; n <= opening; n += OPENING_STRIDE) {
      const file = newFile()
      const ran = run(file, `${n}+`)
      expect(ran).toMatchObject({ added: [] })
      expect(ran.status).not.toBe(0)
      await check(file, ran)
    }
  })
})
