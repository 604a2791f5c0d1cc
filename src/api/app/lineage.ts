/** Which data files the script of an app read when it last succeeded (contract 05, section 2). */
import { Type } from 'typebox'
import type { App, FilePlace } from '../../core/records.ts'
import { OWN_CONNECTION } from '../../files/connections.ts'
import { AppPath } from '../http/app-path.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { problems } from '../http/problem.ts'
import { appFor } from '../http/rights.ts'

const Lineage = Type.Array(
  Type.Object({
    discriminator: Type.String({
      description: 'The file, or a mask whose files the script listed: `lib://<connection>/<path>`',
    }),
  }),
  { title: 'Lineage' },
)

export function registerLineage(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/apps/:appId/data/lineage',
    {
      schema: {
        tags: ['apps'],
        operationId: 'getAppDataLineage',
        summary: 'Lists the data files that the data of an app stems from',
        description:
          'Empty before the first reload that succeeded. After a partial reload, files that the reloads before it ' +
          'read are listed, too. Of very many the first 1000.',
        params: AppPath,
        response: { 200: Lineage, ...problems(403, 404) },
      },
    },
    async (request) => {
      const app = await appFor(deps, callerOf(request), request.params.appId, 'reload')
      const connections = new Map<string, string>()
      const lineage: { discriminator: string }[] = []
      for (const { place, name } of app.data?.reads ?? []) {
        const key = JSON.stringify(place)
        const connection = connections.get(key) ?? (await connectionTo(deps, app, place))
        connections.set(key, connection)
        lineage.push({ discriminator: `lib://${connection}/${name}` })
      }
      return lineage
    },
  )
}

/** As the app's script would name it; a space that was deleted by its id. */
async function connectionTo(
  { store }: ApiDeps,
  { tenantId, spaceId }: App,
  place: FilePlace,
): Promise<string> {
  if ('ownerId' in place || place.spaceId === spaceId) return OWN_CONNECTION
  const space = await store.space(tenantId, place.spaceId)
  return `${space?.name ?? place.spaceId}:${OWN_CONNECTION}`
}
