import { describe, expect, it } from 'vitest'
import { publishing } from '../../src/catalog/stored-files.ts'
import type { PublicationId, ReloadId } from '../../src/core/ids.ts'
import type { Publication, PublishedFile } from '../../src/core/publication.ts'
import type { PlacedName } from '../../src/core/records.ts'
import type { StoresView } from '../../src/store/port/publications.ts'
import type { ReloadView } from '../../src/store/port/reloads.ts'
import { put } from '../support/catalog.ts'
import { aSpace, SPACE_ID } from '../support/records.ts'
import { virtualMachine } from '../support/virtual-machine.ts'
import { commandStep, completed, type Given, TENANT_ID } from './store-records.ts'

const world = { ...virtualMachine().ports, dataRefreshDelayMs: 1000 }
const inSpace = (name: string): PlacedName => ({ place: { spaceId: SPACE_ID }, name })
const stored = (name: string, bytes: number): PublishedFile => ({
  ...inSpace(name),
  content: `of ${name}`,
  bytes,
})

export function exercisePublishing(given: () => Given): void {
  const publicationOf = (reloadId: ReloadId, n: number, ...files: PublishedFile[]): Publication => ({
    id: `00000000-0000-4000-8000-00000000000${n}` as PublicationId,
    tenantId: TENANT_ID,
    reloadId,
    files,
  })

  /** Settles a reload as SUCCEEDED with what it stored. */
  async function succeed(n: number, ...files: PublishedFile[]) {
    const { reload, app } = await given().running()
    const publication = publicationOf(reload.id, n, ...files)
    const [answer] = await given().store.transition([
      {
        reloadId: reload.id,
        stored: files,
        step: (view) => {
          const stores = publishing(world, app, publication, view.stores!, [app.id])
          if (typeof stores === 'string') return { refused: stores }
          const end = { kind: 'end-attempt', end: completed(reload) } as const
          const saving = commandStep(end, given().now)(view)
          return 'refused' in saving ? saving : { ...saving, stores }
        },
      },
    ])
    return { answer, publication, app }
  }

  const looking = async (names: readonly PlacedName[]): Promise<StoresView> => {
    const { reload } = await given().running()
    let seen: ReloadView | undefined
    const step = (view: ReloadView) => {
      seen = view
      return { refused: 'only looking' }
    }
    await given().store.transition([{ reloadId: reload.id, stored: names, step }])
    return seen!.stores!
  }

  describe('what a reload stored', () => {
    it('is saved with its outcome: records, folders and what is to be put into its places', async () => {
      await put(given().store, { spaces: [aSpace()] })
      const { answer, publication, app } = await succeed(1, stored('a/b.csv', 3), stored('c.csv', 4))
      expect(answer).toMatchObject({ kind: 'saved', reload: { state: 'SUCCEEDED' } })
      expect(await given().store.publications()).toEqual([publication])
      expect(await given().store.publications(TENANT_ID)).toEqual([publication])
      const place = { spaceId: SPACE_ID }
      for (const [name, bytes] of [
        ['a/', 0],
        ['a/b.csv', 3],
        ['c.csv', 4],
      ] as const) {
        const file = await given().store.dataFileByName(TENANT_ID, place, name)
        expect(file).toMatchObject({ name, bytes, ownerId: app.ownerId })
      }
    })

    it('is forgotten when it lies there, in the order of the commits until then', async () => {
      await put(given().store, { spaces: [aSpace()] })
      const first = (await succeed(2, stored('a.csv', 1))).publication
      const second = (await succeed(1, stored('a.csv', 2))).publication
      expect(await given().store.publications(TENANT_ID)).toEqual([first, second])
      await given().store.published(first.id)
      await given().store.published(first.id)
      expect(await given().store.publications()).toEqual([second])
    })

    it('keeps the id of a file that was there', async () => {
      await put(given().store, { spaces: [aSpace()] })
      await succeed(1, stored('a.csv', 1))
      const before = await given().store.dataFileByName(TENANT_ID, { spaceId: SPACE_ID }, 'a.csv')
      await succeed(2, stored('a.csv', 2))
      const after = await given().store.dataFileByName(TENANT_ID, { spaceId: SPACE_ID }, 'a.csv')
      expect(after).toMatchObject({ id: before!.id, createdAt: before!.createdAt, bytes: 2 })
    })

    it('shows what lies there and on the way, and places that are gone', async () => {
      await put(given().store, { spaces: [aSpace()] })
      await succeed(1, stored('a/b.csv', 1))
      const names = [inSpace('a/b.csv/c.csv'), inSpace('x.csv')]
      const view = await looking(names)
      expect(view.onTheWay.map(({ name }) => name).sort()).toEqual(['a/', 'a/b.csv'])
      expect(view.placeless).toEqual([])
      const gone = { place: { spaceId: 'f'.repeat(24) as typeof SPACE_ID }, name: 'y.csv' }
      expect((await looking([...names, gone])).placeless).toEqual([gone])
    })

    it('is shown to no step that does not ask', async () => {
      const { reload } = await given().running()
      const views: ReloadView[] = []
      const step = (view: ReloadView) => {
        views.push(view)
        return { refused: 'only looking' }
      }
      await given().store.transition([{ reloadId: reload.id, step }])
      expect(views[0]).not.toHaveProperty('stores')
    })

    it('clears the marks of other apps that may read it', async () => {
      await put(given().store, { spaces: [aSpace()] })
      const marked = await given().app({ crashedOnMaxSize: { full: true, partial: true } })
      await succeed(1, stored('a.csv', 1))
      expect((await given().store.app(TENANT_ID, marked.id))?.crashedOnMaxSize).toEqual({
        full: false,
        partial: false,
      })
    })

    it('is never saved without success', async () => {
      await put(given().store, { spaces: [aSpace()] })
      const { reload, app } = await given().running()
      const publication = publicationOf(reload.id, 1, stored('a.csv', 1))
      const early = given().store.transition([
        {
          reloadId: reload.id,
          stored: publication.files,
          step: (view) => {
            const stores = publishing(world, app, publication, view.stores!, [app.id])
            if (typeof stores === 'string') return { refused: stores }
            return { reload: view.reload, stores }
          },
        },
      ])
      await expect(early).rejects.toThrow('with its success alone')
      expect(await given().store.publications()).toEqual([])
      expect(await given().store.dataFileByName(TENANT_ID, { spaceId: SPACE_ID }, 'a.csv')).toBeUndefined()
    })
  })
}
