/**
 * What openapi-typescript makes of the served document compiles, and a program that knows nothing else drives
 * the demo.
 */
import { execFile } from 'node:child_process'
import { cp, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { ADMIN_KEY, endAll, newDataFolder, startServiceProcess } from '../support/service-process.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PROGRAM = join(ROOT, 'test/other-clients/typed-demo')
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc')

afterAll(endAll)

/** The command of openapi-typescript, which stands below the package that holds it. */
function typesOf(document: string, into: string): Promise<unknown> {
  const holder = createRequire(import.meta.url).resolve('reprise-openapi-types/package.json')
  const maker = createRequire(holder).resolve('openapi-typescript/package.json')
  return run(process.execPath, [join(dirname(maker), 'bin/cli.js'), document, '-o', into])
}

/** @returns what the compiler says */
async function compiled(folder: string): Promise<string> {
  const told = await run(process.execPath, [COMPILER, '-p', folder]).catch((error) => error)
  return told.stdout
}

it('a program of types that are made from the served document compiles and drives the demo', async () => {
  const service = await startServiceProcess(newDataFolder())
  const folder = join(newDataFolder(), 'client')
  await cp(PROGRAM, folder, { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const document = join(folder, 'openapi.json')
  await writeFile(document, await (await fetch(`${service.url}/openapi.json`)).text())
  const types = join(folder, 'reprise-api.d.ts')
  await typesOf(document, types)

  expect(await compiled(folder)).toBe('')
  const example = join(ROOT, 'examples/demo')
  const { stdout } = await run(process.execPath, [
    join(folder, 'made/demo.mjs'),
    service.url,
    ADMIN_KEY,
    example,
  ])
  const read = JSON.parse(stdout)
  expect(read).toMatchObject({
    status: 'SUCCEEDED',
    items: [{ name: 'Flights', resourceType: 'app', isTheApp: true, resourceReloadStatus: 'succeeded' }],
  })
  expect(read.log).toContain('lines stored in lib://DataFiles/regional.csv')
  expect(read.tables).toContain('Regional')
})
