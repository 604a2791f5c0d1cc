/** Filters and sorts of task lists (contract 03, section 2), over either store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Store } from '../../src/store/port/store.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { type ApiUnderTest, apiUnderTest, type Person } from '../support/api-under-test.ts'
import { addApp, succeedNext } from '../support/reload-steps.ts'
import { chainedTask, scheduledTask } from '../support/task-documents.ts'

const S = '/api/scheduling/tasks'

const STORES: readonly [string, (folder: string) => Store][] = [
  ['memory', () => new MemoryStore()],
  ['SQLite', (folder) => SqliteStore.open(join(folder, 'reprise.sqlite'))],
]

describe.each(STORES)('over the %s store', (_name, openStore) => {
  let folder: string
  let api: ApiUnderTest
  let ada: Person

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprise-filter-'))
    api = await apiUnderTest({ deps: { store: openStore(folder) } })
    ada = await (await api.tenant('acme')).person('ada')
    const app = await addApp(api, ada.user)
    const create = async (document: object) => {
      api.advance(1000)
      return (await ada.call('POST', S, document)).body.id
    }
    const first = await create(scheduledTask(app.id, { name: 'Nightly Sales', enabled: true }))
    await create(chainedTask(app.id, first, { name: 'nightly costs' }))
    await create(scheduledTask(app.id, { name: 'weekly', start: undefined }))
    await ada.call('POST', `${S}/${first}/actions/start`)
    await succeedNext({ store: api.store, world: api.world, settleRules: api.deps.settleRules })
  })
  afterAll(async () => {
    await api.close()
    await rm(folder, { recursive: true, force: true })
  })

  const names = async (query: Record<string, string>) => {
    const { status, body } = await ada.call('GET', `${S}?${new URLSearchParams(query)}`)
    return status === 200 ? body.data.map(({ name }: { name: string }) => name) : body.errors[0].detail
  }

  test.each([
    ['name eq "NIGHTLY SALES"', ['Nightly Sales']],
    ['name ne "weekly"', ['Nightly Sales', 'nightly costs']],
    ['name co "LY"', ['Nightly Sales', 'nightly costs', 'weekly']],
    ['name sw "night" and not (name ew "SALES")', ['nightly costs']],
    ['enabled eq true', ['Nightly Sales']],
    ['enabled ne "true"', ['nightly costs', 'weekly']],
    ['triggerType eq "time" or triggerType eq "2"', ['Nightly Sales', 'nightly costs']],
    ['triggerType eq "none"', ['weekly']],
    ['lastStatus eq "succeeded"', ['Nightly Sales']],
    ['lastStatus ne "SUCCEEDED"', ['nightly costs', 'weekly']],
    ['lastTriggeredBy eq "manual"', ['Nightly Sales']],
    ['spaceId eq ""', ['Nightly Sales', 'nightly costs', 'weekly']],
    ['spaceId eq "none"', []],
    ['createdAt gt "2026-11-02T04:06:01Z"', ['nightly costs', 'weekly']],
    ['createdAt ge "2026-11-02T04:06:02Z" and createdAt lt "2026-11-02T04:06:03Z"', ['nightly costs']],
    ['createdAt le "2026-11-02T04:06:01Z"', ['Nightly Sales']],
    ['createdAt eq "2026-11-02T04:06:03+00:00"', ['weekly']],
    ['lastEndedAt gt "2026-01-01T00:00:00Z"', ['Nightly Sales']],
    ['not (lastEndedAt gt "2026-01-01T00:00:00Z")', ['nightly costs', 'weekly']],
  ])('%s', async (filter, expected) => {
    expect(await names({ filter, sort: '+createdAt' })).toEqual(expected)
  })

  test.each([
    ['size eq "1"', 'the attribute must be one of name, enabled'],
    ['name gt "x"', 'name is a text: use eq, ne, co, sw or ew'],
    ['createdAt co "2026"', 'createdAt is a time: use'],
    ['createdAt eq "today"', 'createdAt is a time: give one'],
    ['enabled eq "perhaps"', 'enabled is one of true, false'],
    ['lastStatus gt "failed"', 'lastStatus takes eq and ne'],
    ['triggerType eq "3"', 'triggerType is one of'],
    ['name eq', 'a value in double quotes is expected'],
  ])('refuses %s', async (filter, detail) => {
    expect(await names({ filter })).toContain(detail)
  })

  it('sorts by every attribute, either way, page by page', async () => {
    const sorts =
      'name enabled resourceId ownerId spaceId createdAt updatedAt updatedBy lastStatus lastTriggeredBy'
    const all = `${sorts} lastStartedAt lastEndedAt lastExecutedAs triggerType`.split(' ')
    for (const field of all) {
      for (const sort of [`+${field}`, `-${field}`]) {
        const whole = await names({ sort })
        expect([sort, whole.length]).toEqual([sort, 3])
        const paged: string[] = []
        let path: string | undefined = `${S}?${new URLSearchParams({ sort, limit: '2' })}`
        while (path !== undefined) {
          const { body } = await ada.call('GET', path)
          paged.push(...body.data.map(({ name }: { name: string }) => name))
          path =
            body.links.next && new URL(body.links.next.href).pathname + new URL(body.links.next.href).search
        }
        expect([sort, paged]).toEqual([sort, whole])
      }
    }
    expect(await names({ sort: '-name' })).toEqual(['weekly', 'nightly costs', 'Nightly Sales'])
  })
})
