/**
 * Every operation of the core modules of `@qlik/api`, unchanged, against a listening server: each is called,
 * and the record that it made, changed or read is looked at. docs/reference/compatibility.md is made from
 * what was seen; an operation that nobody saw work stands there with the reason.
 */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { apiUnderTest, type Person } from '../support/api-under-test.ts'
import { expectReferencePage } from '../support/reference-page.ts'
import * as ofApps from './qlik-operations/apps.ts'
import * as ofFiles from './qlik-operations/files.ts'
import { OPERATIONS, type Operation, reasonOf } from './qlik-operations/modules.ts'
import * as ofPeople from './qlik-operations/people.ts'
import { type CallOptions, type Scene, Shown } from './qlik-operations/shown.ts'
import * as ofWork from './qlik-operations/work.ts'

let scene: Scene
const shown = new Shown()

beforeAll(async () => {
  const hostUrl = (request: FastifyRequest) => `${request.protocol}://${request.host}`
  const api = await apiUnderTest({ deps: { hostUrl } })
  await api.server.listen({ host: '127.0.0.1', port: 0 })
  const host = `http://127.0.0.1:${(api.server.server.address() as AddressInfo).port}`
  const acme = await api.tenant('acme')
  const optionsOf = ({ token }: Pick<Person, 'token'>): CallOptions => ({
    hostConfig: { host, authType: 'apikey', apiKey: token },
    noCache: true,
  })
  scene = { api, acme, shown, optionsOf, options: optionsOf(acme.admin) }
})
// The client talks to the console about refusals and deprecations.
beforeEach(() => {
  for (const level of ['debug', 'error', 'warn'] as const) {
    vi.spyOn(console, level).mockImplementation(() => undefined)
  }
})
afterAll(async () => {
  vi.restoreAllMocks()
  await scene?.api.close()
})

const TRIED = { ...ofApps, ...ofFiles, ...ofPeople, ...ofWork }

it.each(Object.entries(TRIED))('%s', (name, tried) => {
  shown.test = name
  return tried(scene)
})

it('nothing else of the client is there', async () => {
  const unseen = OPERATIONS.filter((one) => shown.of(nameOf(one)) === undefined)
  const there: string[] = []
  for (const operation of unseen) if (await isThere(operation)) there.push(nameOf(operation))
  expect(there).toEqual(THERE_AND_NOT_SHOWN)
})

it('the page tells what was seen', () => expectReferencePage('compatibility.md', page()))

/** Routes that are there to say why not, or that take another document. */
const THERE_AND_NOT_SHOWN: readonly string[] = [
  'groups.patchGroupsSettings',
  'roles.createRole',
  'roles.deleteRole',
  'roles.patchRole',
]

const nameOf = ({ module, name }: Operation) => `${module}.${name}`

/** Asked about nothing that there is, a route that is there says something else than that it is not. */
async function isThere({ call }: Operation): Promise<boolean> {
  const names = /\(([^)]*)\)/.exec(call.toString())?.[1]?.split(',') ?? []
  const args = Array.from({ length: call.length - 1 }, (_, at) =>
    /query|body/.test(names[at] ?? '') ? {} : '00000000-0000-4000-8000-000000000000',
  )
  const { status, data } = await call(...args, scene.options).then(
    () => ({ status: 200, data: undefined }),
    (refused: { status: number; data?: { errors?: { detail?: string }[] } }) => refused,
  )
  return status !== 405 && data?.errors?.[0]?.detail !== 'there is no such resource'
}

function page(): string {
  const { version } = JSON.parse(
    readFileSync(new URL('../../node_modules/@qlik/api/package.json', import.meta.url), 'utf8'),
  ) as { version: string }
  const modules = [...new Set(OPERATIONS.map(({ module }) => module))]
  const rows = modules.map((module) => {
    const all = OPERATIONS.filter((one) => one.module === module)
    const of = (evidence: string) => all.filter((one) => shown.of(nameOf(one))?.kind === evidence).length
    return { module, all: all.length, works: of('works'), constant: of('constant') }
  })
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0)
  const counted = sum(({ all, constant }) => all - constant)
  return `# What the official client can do here

Every operation of the core modules of [\`@qlik/api\`](https://www.npmjs.com/package/@qlik/api) ${version}. It **works** when the
unchanged client called it over HTTP and the record that it made, changed or read was looked at; **constant** is what answers
the same to everybody, and is not counted. Made by \`test/api/qlik-operations.test.ts\` from what it saw.

**${sum(({ works }) => works)} of ${counted} operations work**; ${sum(({ constant }) => constant)} more are constants.

| module | operations | work | constant | not here |
|---|---:|---:|---:|---:|
${rows
  .map(
    ({ module, all, works, constant }) =>
      `| ${module} | ${all} | ${works} | ${constant} | ${all - works - constant} |`,
  )
  .join('\n')}

${modules.map(sectionOf).join('\n\n')}
`
}

function sectionOf(module: string): string {
  const all = OPERATIONS.filter((one) => one.module === module)
  const lines = all.map((one) => {
    const evidence = shown.of(nameOf(one))
    const why = evidence === undefined ? reasonOf(nameOf(one)) : `test ${evidence.test}`
    return `| \`${one.name}\` | ${evidence?.kind ?? '−'} | ${why} |`
  })
  return `## ${module}\n\n| operation | | shown by, or why not |\n|---|---|---|\n${lines.join('\n')}`
}
