/** Data files and their places, under both paths of the client. */
import * as apps from '@qlik/api/apps'
import * as coreFiles from '@qlik/api/core/data-files'
import * as dataFiles from '@qlik/api/data-files'
import * as spaces from '@qlik/api/spaces'
import * as tempContents from '@qlik/api/temp-contents'
import { expect } from 'vitest'
import type { Scene } from './shown.ts'

const gone = async (asked: Promise<unknown>) => expect(asked).rejects.toMatchObject({ status: 404 })

export async function filesWork({ shown, options }: Scene): Promise<void> {
  const { data: made } = await shown.works(
    'data-files.uploadDataFile',
    dataFiles.uploadDataFile({ File: new Blob(['a,b\n1,2\n']), Json: { name: 'sales.csv' } }, options),
    ({ data }) => expect(data).toMatchObject({ name: 'sales.csv', size: 8 }),
  )
  const { id } = made
  await shown.works('data-files.getDataFile', dataFiles.getDataFile(id, options), ({ data }) =>
    expect(data.size).toBe(8),
  )
  await shown.works(
    'data-files.getDataFiles',
    dataFiles.getDataFiles({ name: 'sales.csv' }, options),
    ({ data }) => expect(data.data?.map((one) => one.id)).toEqual([id]),
  )
  await shown.works(
    'data-files.reuploadDataFile',
    dataFiles.reuploadDataFile(id, { File: new Blob(['a\n']) }, options),
    ({ data }) => expect(data.size).toBe(2),
  )
  await shown.works('data-files.getDataFilesQuotas', dataFiles.getDataFilesQuotas(options), ({ data }) =>
    expect(data.size).toBe(2),
  )
  const { data: space } = await spaces.createSpace({ name: 'Files', type: 'shared' }, options)
  const found = await shown.works(
    'data-files.getDataFilesConnections',
    dataFiles.getDataFilesConnections({ spaceId: space.id }, options),
    ({ data }) => expect(data.data).toHaveLength(1),
  )
  const connection = found.data.data[0]!.id
  await shown.works(
    'data-files.getDataFileConnection',
    dataFiles.getDataFileConnection(connection, options),
    ({ data }) => expect(data.spaceId).toBe(space.id),
  )
  await shown.works('data-files.deleteDataFile', dataFiles.deleteDataFile(id, options), () =>
    gone(dataFiles.getDataFile(id, options)),
  )
}

export async function foldersWork({ shown, options }: Scene): Promise<void> {
  const { data: made } = await shown.works(
    'core/data-files.postDataFiles',
    coreFiles.postDataFiles({ post: [{ request: { folder: true, name: 'in' } }] } as never, options),
    ({ data }) => expect(data.data).toMatchObject([{ status: 201 }]),
  )
  const folder = (made.data as { id: string }[])[0]!.id
  await dataFiles.uploadDataFile({ File: new Blob(['abc']), Json: { name: 'in/a.csv' } }, options)
  await shown.works(
    'core/data-files.getDataFileFolderStats',
    coreFiles.getDataFileFolderStats(folder, options),
    ({ data }) => expect(Object.values(data)).toContain(3),
  )
}

export async function filesMove({ shown, options, acme }: Scene): Promise<void> {
  const { data: space } = await spaces.createSpace({ name: 'Moves', type: 'shared' }, options)
  const upload = async (name: string) =>
    (await dataFiles.uploadDataFile({ File: new Blob(['a']), Json: { name } }, options)).data.id
  const [one, two] = [await upload('one.csv'), await upload('two.csv')]
  const spaceOf = async (id: string) => (await dataFiles.getDataFile(id, options)).data.spaceId
  await shown.works(
    'data-files.moveDataFile',
    dataFiles.moveDataFile(one, { spaceId: space.id }, options),
    async () => expect(await spaceOf(one)).toBe(space.id),
  )
  await shown.works(
    'data-files.moveDataFiles',
    dataFiles.moveDataFiles({ 'change-space': [{ id: two, spaceId: space.id }] }, options),
    async () => expect(await spaceOf(two)).toBe(space.id),
  )
  const bob = (await acme.person('filer')).user.id
  await shown.works(
    'data-files.changeDataFileOwner',
    dataFiles.changeDataFileOwner(two, { ownerId: bob }, options),
    async () => expect((await dataFiles.getDataFile(two, options)).data.ownerId).toBe(bob),
  )
  await shown.works(
    'core/data-files.changeOwnerDataFile',
    coreFiles.changeOwnerDataFile(two, { ownerId: acme.admin.user.id }, options),
    async () => expect((await dataFiles.getDataFile(two, options)).data.ownerId).toBe(acme.admin.user.id),
  )
  await shown.works(
    'core/data-files.changeSpaceDataFile',
    coreFiles.changeSpaceDataFile(one, { spaceId: null }, options),
    async () => expect(await spaceOf(one)).not.toBe(space.id),
  )
  await shown.works(
    'core/data-files.changeSpaceDataFiles',
    coreFiles.changeSpaceDataFiles({ changeSpace: [{ id: two, spaceId: null }] } as never, options),
    async () => expect(await spaceOf(two)).not.toBe(space.id),
  )
  await shown.works('core/data-files.getDataFile', coreFiles.getDataFile(one, options), ({ data }) =>
    expect(data.id).toBe(one),
  )
  await shown.works(
    'core/data-files.getDataFilesConnections',
    coreFiles.getDataFilesConnections({ spaceId: space.id } as never, options),
    ({ data }) => expect(JSON.stringify(data)).toContain(space.id),
  )
  await shown.works(
    'core/data-files.filterDataFilesConnections',
    coreFiles.filterDataFilesConnections({ spaceIds: [space.id] }, options),
    ({ data }) => expect(JSON.stringify(data)).toContain(space.id),
  )
  await shown.works('core/data-files.deleteDataFile', coreFiles.deleteDataFile(one, options), () =>
    gone(dataFiles.getDataFile(one, options)),
  )
  await shown.works(
    'data-files.deleteDataFiles',
    dataFiles.deleteDataFiles({ delete: [{ id: two }] }, options),
    () => gone(dataFiles.getDataFile(two, options)),
  )
}

export async function transfersWork({ shown, options }: Scene): Promise<void> {
  const source = (await apps.createApp({ attributes: { name: 'Export' } }, options)).data.attributes!.id!
  await apps.updateAppScript(source, { script: 'TRACE exported' }, options)
  const idIn = (headers: Headers) => headers.get('location')!.split('/').at(-1)!
  const made = await shown.works(
    'apps.exportApp',
    apps.exportApp(source, { NoData: true }, options),
    ({ headers }) => expect(headers.get('location')).toMatch(/^\/api\/v1\/temp-contents\//),
  )
  const { data: archive } = await shown.works(
    'temp-contents.downloadTempFile',
    tempContents.downloadTempFile(idIn(made.headers), {}, options),
    ({ data }) => expect((data as Blob).size).toBeGreaterThan(100),
  )
  const kept = await shown.works(
    'temp-contents.uploadTempFile',
    tempContents.uploadTempFile({ filename: 'a.zip' }, archive as Blob, options),
    ({ headers }) => expect(idIn(headers)).not.toBe(idIn(made.headers)),
  )
  const fileId = idIn(kept.headers)
  await shown.works(
    'temp-contents.getTempFileDetails',
    tempContents.getTempFileDetails(fileId, options),
    ({ data }) => expect(data).toMatchObject({ ID: fileId, Name: 'a.zip' }),
  )
  await shown.works(
    'apps.importApp',
    apps.importApp({ fileId, name: 'Import' }, '', options),
    async ({ data }) => {
      const script = await apps.getAppScript(data.attributes!.id!, 'current', options)
      expect(script.data.script).toBe('TRACE exported')
    },
  )
}
