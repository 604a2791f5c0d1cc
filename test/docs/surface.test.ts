/** The table of public surfaces is what is public, and is shown where people look. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { surfacePage } from '../../docs/generate/surface-page.ts'
import manifest from '../../package.json' with { type: 'json' }
import { commandsFor } from '../../src/cli/commands.ts'
import { COMMANDS, ENVIRONMENT, PACKAGE_EXPORTS, ROUTE_GROUPS } from '../../src/core/surface.ts'
import { SETTINGS } from '../../src/main/settings-table.ts'
import { type ApiUnderTest, apiUnderTest } from '../support/api-under-test.ts'
import { expectReferencePage } from '../support/reference-page.ts'
import { productFiles, roomOf, thisTree } from '../tidy/source-tree.ts'

let api: ApiUnderTest

beforeAll(async () => {
  api = await apiUnderTest()
})

afterAll(() => api.close())

interface OpenApi {
  readonly tags: readonly {
    readonly name: string
    readonly description: string
    readonly 'x-stage': string
  }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly tags: readonly string[]
  readonly 'x-stage': string
}

const openApi = async (): Promise<OpenApi> =>
  JSON.parse((await api.server.inject({ method: 'GET', url: '/openapi.json' })).body)
const names = (table: Readonly<Record<string, unknown>>) => Object.keys(table).sort()

it('has every group of routes, and no other; OpenAPI tells the stage of each route', async () => {
  const { tags, paths } = await openApi()
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  expect([...new Set(operations.flatMap((operation) => operation.tags))].sort()).toEqual(names(ROUTE_GROUPS))
  expect(tags.map(({ name }) => name).sort()).toEqual(names(ROUTE_GROUPS))
  for (const { name, description, 'x-stage': stage } of tags) {
    expect(stage).toBe(ROUTE_GROUPS[name]?.stage)
    expect(description.endsWith('(preview)')).toBe(stage === 'preview')
  }
  for (const operation of operations) {
    expect(operation['x-stage']).toBe(ROUTE_GROUPS[operation.tags[0]!]?.stage)
  }
})

it('has every command, and no other; the help tells which are previews', async () => {
  const commands = await commandsFor('--help')
  expect(commands.map((command) => command.name()).sort()).toEqual(names(COMMANDS))
  for (const command of commands) {
    expect(command.description().endsWith('(preview)')).toBe(COMMANDS[command.name()]?.stage === 'preview')
  }
})

it('loads one command alone when it is named', async () => {
  for (const name of names(COMMANDS)) {
    expect((await commandsFor(name)).map((command) => command.name())).toEqual([name])
  }
})

it('has every export of the package, and no other', () => {
  expect(names(PACKAGE_EXPORTS)).toEqual(names(manifest.exports))
})

it('has every environment variable that the product reads, and no other', () => {
  const tree = thisTree()
  const read = productFiles(tree)
    .filter((path) => path !== 'src/core/surface.ts')
    .flatMap((path) => tree.text(path).match(/\bREPRISE_[A-Z_]+\b/g) ?? [])
  expect(names(ENVIRONMENT)).toEqual([...new Set(read)].sort())
  const settings = Object.values(SETTINGS).map(({ variable }) => variable)
  expect(settings.filter((variable) => !(variable in ENVIRONMENT))).toEqual([])
})

it('names rooms that are there', () => {
  const rooms = new Set(productFiles(thisTree()).map(roomOf))
  const named = [ROUTE_GROUPS, COMMANDS, PACKAGE_EXPORTS, ENVIRONMENT].flatMap((table) =>
    Object.values(table),
  )
  expect(named.map(({ room }) => room).filter((room) => !rooms.has(room))).toEqual([])
})

it('docs/reference/surface.md tells it', () => {
  expectReferencePage('surface.md', surfacePage())
})
