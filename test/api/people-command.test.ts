/** `reprise users`, `groups`, `spaces`, `keys`, `clients` and `tenants` against a listening service. */
import type { AddressInfo } from 'node:net'
import type { Command } from 'commander'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { clientsCommand } from '../../src/cli/clients.ts'
import { groupsCommand } from '../../src/cli/groups.ts'
import { keysCommand } from '../../src/cli/keys.ts'
import { spacesCommand } from '../../src/cli/spaces.ts'
import { tenantsCommand } from '../../src/cli/tenants.ts'
import { usersCommand } from '../../src/cli/users.ts'
import { ConfigError } from '../../src/main/config.ts'
import { type ApiUnderTest, apiUnderTest, type Person } from '../support/api-under-test.ts'

const OPERATOR_KEY = 'an-operator-key-of-enough-characters'
const COMMANDS: Readonly<Record<string, () => Command>> = {
  users: usersCommand,
  groups: groupsCommand,
  spaces: spacesCommand,
  keys: keysCommand,
  clients: clientsCommand,
  tenants: tenantsCommand,
}
let api: ApiUnderTest
let admin: Person
let printed = ''

beforeAll(async () => {
  vi.stubEnv('REPRISE_OPERATOR_KEY', OPERATOR_KEY)
  api = await apiUnderTest({ deps: { operatorKey: OPERATOR_KEY } })
  await api.server.listen({ host: '127.0.0.1', port: 0 })
  admin = (await api.tenant('acme')).admin
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await api.close()
})
beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

async function reprise(name: string, ...args: string[]): Promise<string> {
  printed = ''
  const { port } = api.server.server.address() as AddressInfo
  const command = COMMANDS[name]!()
  for (const one of [command, ...command.commands]) {
    one.exitOverride().configureOutput({ writeErr: () => undefined })
  }
  const key = name === 'tenants' ? [] : ['--key', admin.token]
  await command.parseAsync([...args, '--url', `http://127.0.0.1:${port}`, ...key], { from: 'user' })
  return printed
}
const json = async (name: string, ...args: string[]) => JSON.parse(await reprise(name, ...args, '--json'))

it('users are added, shown by any name, changed, switched, removed and forgotten', async () => {
  await reprise('groups', 'add', 'analysts', '--role', 'AuditAdmin')
  const args = ['idp|ada', '--name', 'Ada', '--email', 'ada@example.com', '--role', 'Developer']
  const made = await json('users', 'add', ...args, '--group', 'analysts')
  expect(made).toMatchObject({ subject: 'idp|ada', name: 'Ada', assignedGroups: [{ name: 'analysts' }] })
  for (const text of [made.id, 'idp|ada', 'ada@example.com', 'Ada']) {
    expect((await json('users', 'show', text)).id).toBe(made.id)
  }
  const list = await reprise('users', 'list')
  expect(list).toMatch(/Ada +idp\|ada +ada@example.com +\w+ +Developer +analysts/)
  const changed = await json('users', 'change', 'Ada', '--role', 'DataAdmin', '--name', 'Ada L.')
  expect(changed).toMatchObject({ name: 'Ada L.', assignedRoles: [{ name: 'DataAdmin' }] })
  expect(await reprise('users', 'disable', 'ada@example.com')).toMatch(/status +disabled/)
  expect(await reprise('users', 'enable', 'ada@example.com')).toMatch(/status +active/)
  expect(await reprise('users', 'invite', 'bob@example.com')).toContain('invited bob@example.com')
  expect(await reprise('users', 'remove', 'bob@example.com')).toContain('removed')
  expect(await reprise('users', 'forget', 'ada@example.com')).toMatch(
    new RegExp(`forgot ${made.id}: \\d+ events`),
  )
  await expect(reprise('users', 'show', 'ada@example.com')).rejects.toThrow(
    /there is no user .*reprise users list/,
  )
  await expect(reprise('users', 'change', admin.user.id)).rejects.toThrow('give what to change')
})

it('groups and their roles', async () => {
  await reprise('groups', 'add', 'crew', '--role', 'Developer', '--description', 'all')
  const changed = await json('groups', 'change', 'crew', '--role', 'Developer', '--role', 'DataAdmin')
  expect(changed.assignedRoles).toHaveLength(2)
  expect(await reprise('groups', 'list')).toContain('crew')
  expect(await reprise('groups', 'show', 'crew')).toMatch(
    /roles +Developer, DataAdmin|roles +DataAdmin, Developer/,
  )
  expect(await reprise('groups', 'remove', 'crew')).toContain('removed "crew"')
})

it('spaces and their members', async () => {
  await reprise('users', 'add', 'idp|eve', '--name', 'Eve')
  const space = await json('spaces', 'add', 'Finance', '--type', 'managed')
  expect(space).toMatchObject({ name: 'Finance', type: 'managed' })
  const member = ['Finance', '--user', 'Eve']
  expect(await json('spaces', 'add-member', ...member, '--role', 'consumer')).toMatchObject({ type: 'user' })
  expect((await json('spaces', 'change-member', ...member, '--role', 'publisher')).roles).toEqual([
    'publisher',
  ])
  expect(await reprise('spaces', 'members', 'Finance')).toContain('publisher')
  await reprise('spaces', 'remove-member', ...member)
  expect(await json('spaces', 'members', 'Finance')).toEqual([])
  await expect(reprise('spaces', 'remove-member', ...member)).rejects.toThrow('no member')
  await expect(reprise('spaces', 'add-member', 'Finance', '--role', 'consumer')).rejects.toThrow(ConfigError)
  expect(await reprise('spaces', 'change', 'Finance', '--name', 'Money')).toMatch(/name +Money/)
  expect(await reprise('spaces', 'remove', 'Money')).toContain(`removed "Money", ${space.id}`)
})

it('keys, whose token is shown once', async () => {
  await reprise('users', 'add', 'idp|zoe', '--name', 'Zoe')
  const { id } = await json('users', 'show', 'Zoe')
  await reprise('users', 'enable', 'Zoe')
  const text = await reprise('keys', 'add', 'nightly', '--user', 'Zoe', '--expiry', 'P1D')
  const token = text.trim().split('\n').at(-1)!
  const me = await admin.call('GET', '/api/v1/users/me', undefined, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(me.body.id).toBe(id)
  expect(await reprise('keys', 'show', 'nightly')).not.toContain(token)
  expect(await reprise('keys', 'change', 'nightly', '--description', 'weekly')).toMatch(/description +weekly/)
  expect(await reprise('keys', 'list')).toContain('weekly')
  expect(await reprise('keys', 'remove', 'weekly')).toContain('ended "weekly"')
})

it('clients and their secrets', async () => {
  const made = await json('clients', 'add', 'etl', '--role', 'Developer')
  expect(made.clientSecret).toEqual(expect.any(String))
  const second = await json('clients', 'add-secret', 'etl')
  const shown = await reprise('clients', 'show', 'etl')
  expect(shown).not.toContain(second.clientSecret)
  const [hint] = (await json('clients', 'show', 'etl')).clientSecrets.map((one: { hint: string }) => one.hint)
  expect(await reprise('clients', 'remove-secret', 'etl', hint)).toContain('ended the secret')
  expect(await reprise('clients', 'change', 'etl', '--name', 'load')).toMatch(/name +load/)
  expect(await reprise('clients', 'list')).toContain('load')
  expect(await reprise('clients', 'remove', 'load')).toContain('removed "load"')
})

it('tenants, with the key of the operator', async () => {
  const text = await reprise('tenants', 'add', 'Beta', '--host', 'beta.example.com', '--admin-name', 'Bea')
  const key = text.trim().split('\n').at(-1)!
  const me = () =>
    admin.call('GET', '/api/v1/users/me', undefined, { headers: { authorization: `Bearer ${key}` } })
  expect((await me()).body.name).toBe('Bea')
  expect(await reprise('tenants', 'list')).toMatch(/Beta +beta\.example\.com +active/)
  expect(await reprise('tenants', 'change', 'Beta', '--host', 'b.example.com')).toMatch(
    /hosts +b\.example\.com/,
  )
  expect(await reprise('tenants', 'remove', 'b.example.com')).toMatch(/status +deleted/)
  expect((await me()).status).toBe(401)
  expect(await reprise('tenants', 'restore', 'Beta')).toMatch(/status +active/)
  expect((await me()).status).toBe(200)
  await expect(reprise('tenants', 'show', 'Gamma')).rejects.toThrow('no tenant')
  vi.stubEnv('REPRISE_OPERATOR_KEY', '')
  await expect(reprise('tenants', 'list')).rejects.toThrow('set REPRISE_OPERATOR_KEY')
  vi.stubEnv('REPRISE_OPERATOR_KEY', OPERATOR_KEY)
})

it('every command tells its options in its help', () => {
  for (const make of Object.values(COMMANDS)) {
    for (const one of make().commands) {
      expect(one.description(), one.name()).not.toBe('')
      expect(one.helpInformation()).toMatch(one.name() === 'recover' ? /--data/ : /--url/)
    }
  }
})
