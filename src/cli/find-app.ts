/** Finds the app that a command means: by its id, else by its exact name. */
import { ConfigError } from '../main/config.ts'
import type { CallOptions, Client } from './client.ts'
import { type Found, meant, SAME_NAMES_MAX } from './meant.ts'

interface Items {
  readonly data: readonly { readonly resourceId: string; readonly name: string }[]
}

/** @throws ConfigError when there is no such app, or several of that name */
export async function findApp(client: Client, text: string, options: CallOptions = {}): Promise<Found> {
  const app = await appMeant(client, text, options)
  if (app !== undefined) return app
  throw new ConfigError(`there is no app with the id or the name "${text}" that you may read`)
}

/** @throws ConfigError when there are several of that name */
export function appMeant(client: Client, text: string, options: CallOptions): Promise<Found | undefined> {
  return meant<Found>(text, {
    thing: 'app',
    async byId() {
      const path = `/api/v1/apps/${text}`
      const { attributes } = await client.call<{ attributes: Found }>('GET', path, undefined, options)
      return { id: attributes.id, name: attributes.name }
    },
    async byName() {
      const query = new URLSearchParams({ resourceType: 'app', name: text, limit: String(SAME_NAMES_MAX) })
      const { data } = await client.call<Items>('GET', `/api/v1/items?${query}`, undefined, options)
      return data.map(({ resourceId: id, name }) => ({ id, name }))
    },
  })
}
