/** Finds the app that a command means: by its id, else by its exact name. */
import { ConfigError } from '../main/config.ts'
import { ApiError, type CallOptions, type Client } from './client.ts'

export interface FoundApp {
  readonly id: string
  readonly name: string
}

interface Items {
  readonly data: readonly { readonly resourceId: string; readonly name: string }[]
}

/** More apps of one name are not listed: the message is long enough. */
const SAME_NAMES_MAX = 100

/** @throws ConfigError when there is no such app, or several of that name */
export async function findApp(client: Client, text: string, options: CallOptions): Promise<FoundApp> {
  const app = await appMeant(client, text, options)
  if (app !== undefined) return app
  throw new ConfigError(`there is no app with the id or the name "${text}" that you may read`)
}

/** @throws ConfigError when there are several of that name */
export async function appMeant(
  client: Client,
  text: string,
  options: CallOptions,
): Promise<FoundApp | undefined> {
  const byId = await appOfId(client, text, options)
  if (byId !== undefined) return byId
  const query = new URLSearchParams({ resourceType: 'app', name: text, limit: String(SAME_NAMES_MAX) })
  const { data } = await client.call<Items>('GET', `/api/v1/items?${query}`, undefined, options)
  const [app, ...more] = data.filter(({ name }) => name === text)
  if (app === undefined) return undefined
  if (more.length > 0) {
    const ids = [app, ...more].map(({ resourceId }) => resourceId)
    throw new ConfigError(
      `${ids.length} apps have the name "${text}": give one of their ids, ${ids.join(', ')}`,
    )
  }
  return { id: app.resourceId, name: app.name }
}

async function appOfId(client: Client, id: string, options: CallOptions): Promise<FoundApp | undefined> {
  if (!/^[0-9a-f-]{36}$/.test(id)) return undefined
  try {
    const path = `/api/v1/apps/${id}`
    const { attributes } = await client.call<{ attributes: FoundApp }>('GET', path, undefined, options)
    return { id: attributes.id, name: attributes.name }
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}
