/** `reprise tasks` against a listening service, command by command. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, test, vi } from 'vitest'
import { tasksCommand } from '../../src/cli/tasks.ts'
import { type ApiUnderTest, apiUnderTest, type Person } from '../support/api-under-test.ts'
import { addApp, succeedNext } from '../support/reload-steps.ts'
import { scheduledTask } from '../support/task-documents.ts'

let folder: string
let api: ApiUnderTest
let admin: Person
let printed = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-tasks-'))
  api = await apiUnderTest()
  await api.server.listen({ host: '127.0.0.1', port: 0 })
  admin = (await api.tenant('acme')).admin
  await addApp(api, admin.user, { name: 'Sales' })
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

async function reprise(...args: string[]): Promise<string> {
  printed = ''
  const { port } = api.server.server.address() as AddressInfo
  const command = tasksCommand()
  for (const one of [command, ...command.commands])
    one.exitOverride().configureOutput({ writeErr: () => undefined })
  await command.parseAsync([...args, '--url', `http://127.0.0.1:${port}`, '--key', admin.token], {
    from: 'user',
  })
  return printed
}

it('makes tasks from options and from a file, and shows, lists and draws them', async () => {
  const made = await reprise(
    'create',
    '--app',
    'Sales',
    '--name',
    'nightly',
    '--rule',
    'FREQ=DAILY;BYHOUR=2',
    '--zone',
    'Europe/Berlin',
    '--start',
    '2026-11-01T00:00:00',
    '--enable',
  )
  expect(made).toMatch(/task {5}nightly, [0-9a-f-]{36}\n/)
  expect(made).toContain('state    on\nnext run 2026-11-03T01:00:00.000Z\nlast run never\n')
  await reprise('create', '--app', 'Sales', '--name', 'after', '--after', 'nightly', '--status', 'any')
  const [{ resourceId }] = JSON.parse(await reprise('list', '--json'))
  const file = join(folder, 'task.json')
  await writeFile(file, JSON.stringify(scheduledTask(resourceId, { name: 'from a file' })))
  expect(await reprise('create', '--file', file)).toContain('state    off\n')
  const listed = await reprise('list', '--app', 'Sales', '--filter', 'enabled eq true')
  expect(listed).toContain('nightly')
  expect(listed).not.toContain('from a file')
  expect(await reprise('graph', 'nightly')).toMatch(/^nightly {2}\S+ {2}<-\n└─ after {2}\S+ {2}\[off\]\n$/)
  expect(JSON.parse(await reprise('show', 'after', '--json'))).toMatchObject({
    name: 'after',
    enabled: false,
  })
})

it('switches, starts, follows and deletes them', async () => {
  expect(await reprise('disable', 'nightly')).toContain('state    off: MANUALLY')
  expect(await reprise('enable', 'nightly')).toContain('state    on')
  expect(await reprise('start', 'nightly')).toMatch(/^run \S+, reload [0-9a-f]{24}\n$/)
  await succeedNext(
    { store: api.store, world: api.world, settleRules: api.deps.settleRules },
    'Started loading\n',
  )
  expect(await reprise('runs', 'nightly')).toMatch(/SUCCEEDED .* reprise tasks/)
  expect(await reprise('log', 'nightly')).toBe('Started loading\n')
  expect(await reprise('delete', 'nightly')).toMatch(/^deleted "nightly"/)
  expect(await reprise('show', 'after')).toMatch(/broken {3}task \S+, which it hears, was deleted/)
})

it('shows the next instants of a task and of a rule, with what clocks do', async () => {
  const ofRule = await reprise(
    'next',
    '--rule',
    'FREQ=DAILY;BYHOUR=2;BYMINUTE=30',
    '--zone',
    'Europe/Berlin',
    '--start',
    '2027-03-27T00:00:00',
    '--count',
    '2',
  )
  expect(ofRule).toContain('2027-03-28T03:30:00+02:00  moved: clocks leave its time out')
  expect(JSON.parse(await reprise('next', 'from a file', '--json'))).toHaveLength(20)
  expect(await reprise('next', 'after')).toBe('no instant comes\n')
})

it('pauses and resumes the tenant', async () => {
  expect(await reprise('pause')).toMatch(/^paused since 2026-/)
  expect(await reprise('resume')).toBe('running\n')
})

test.each([
  [['create'], /--app is needed/],
  [['create', '--app', 'Sales', '--on-data', '--rule', 'x'], /one trigger/],
  [['create', '--app', 'Sales', '--zone', 'UTC'], /need --rule or --start/],
  [['create', '--app', 'Sales', '--status', 'any'], /--status needs --after/],
  [['create', '--file', 'none.json'], /cannot read the task/],
  [['create', '--file', 'package.json', '--name', 'x'], /leave the other options out/],
  [['create', '--file', 'README.md'], /no JSON object/],
  [['create', '--app', 'Sales', '--rule', 'FREQ=NEVER'], /CHO-017/],
  [['show', 'none'], /no task with the id or the name/],
  [['next'], /give a task, or --rule/],
  [['next', '--rule', 'FREQ=DAILY', '--count', 'x'], /--count/],
])('tells what is wrong: %j', async (args, message) => {
  await expect(reprise(...args)).rejects.toThrow(message)
})
