/**
 * What tenant admins do with OAuth clients. A client acts as a user of its own, made with it; deleting the
 * client deletes that user in the same commit, so that nothing goes on in its name. What it owns stays, as of
 * any deleted user.
 */
import type { Caller } from '../core/caller.ts'
import { type ClientId, newHexId, newUuid } from '../core/ids.ts'
import { CLIENT_SECRETS_MAX, type ClientSecret, type OAuthClient } from '../core/people/oauth-client.ts'
import type { User } from '../core/records.ts'
import type { Role } from '../core/role.ts'
import type { Decided, OAuthClientView } from '../store/port/change.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { newSecretText } from './key-token.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { deleteClientUser } from './user.ts'
import { refuseWaysIn } from './ways-in.ts'

export interface ClientWish {
  readonly name: string
  readonly description: string
  /** Of the user that it acts as. */
  readonly roles: readonly Role[]
}

/** A secret is shown once and never kept. */
export interface MadeSecret {
  readonly client: OAuthClient
  readonly user: User
  readonly secret: string
  readonly hint: string
}

const HINT_CHARACTERS = 6

/** @param hashOf SHA-256 of a secret, hex */
export async function makeClient(
  { store, world }: CatalogDeps,
  caller: Caller,
  wish: ClientWish,
  hashOf: (secret: string) => string,
): Promise<MadeSecret | Refused> {
  const refusal = refuseWaysIn(caller)
  if (refusal !== undefined) return refusal
  const now = world.clock.now()
  const { tenantId } = caller
  const id = newUuid<'oauth-client'>(world.random).replaceAll('-', '') as ClientId
  const secret = newSecretText(world.random)
  const user: User = {
    id: newHexId(world.random, now),
    tenantId,
    subject: `reprise\\oauth-client\\${id}`,
    name: wish.name,
    roles: wish.roles,
    clientId: id,
    status: 'active',
    createdAt: now,
    updatedAt: now,
  }
  const client: OAuthClient = {
    id,
    tenantId,
    userId: user.id,
    name: wish.name,
    description: wish.description,
    secrets: [keptSecret(secret, hashOf, now)],
    createdAt: now,
    createdBy: caller.user.id,
    updatedAt: now,
  }
  const step = () => ({ answer: undefined, put: { users: [user], oauthClients: [client] } })
  await changeOne(store, { kind: 'oauth-client', tenantId, id, step })
  return { client, user, secret, hint: hintOf(secret) }
}

/** Its user has the same name. */
export function renameClient(
  deps: CatalogDeps,
  caller: Caller,
  id: string,
  change: { readonly name?: string; readonly description?: string },
): Promise<OAuthClient | Refused> {
  return changeClient(deps, caller, id, ({ client, user }) => {
    const updatedAt = deps.world.clock.now()
    const { name = client.name, description = client.description } = change
    const after = { ...client, name, description, updatedAt }
    const users = user === undefined || user.name === name ? [] : [{ ...user, name, updatedAt }]
    return { answer: after, put: { oauthClients: [after], users } }
  })
}

export async function deleteClient(
  deps: CatalogDeps,
  caller: Caller,
  id: string,
): Promise<OAuthClient | Refused> {
  const client = seenClient(caller, (await deps.store.oauthClient(id as ClientId))?.client)
  if (isRefused(client)) return client
  const { tenantId } = caller
  const ended = await deleteClientUser(deps, caller, client.userId, {
    kind: 'oauth-client',
    tenantId,
    id: client.id,
    step: (view) => {
      if (view.client === undefined || view.user?.status !== 'deleted') return { answer: undefined }
      return { answer: undefined, remove: { oauthClients: [client.id] } }
    },
  })
  return isRefused(ended) ? ended : client
}

/** @param hashOf SHA-256 of a secret, hex */
export function addSecret(
  deps: CatalogDeps,
  caller: Caller,
  id: string,
  hashOf: (secret: string) => string,
): Promise<MadeSecret | Refused> {
  const now = deps.world.clock.now()
  // A hint tells one secret from the others of its client.
  const drawn = Array.from({ length: CLIENT_SECRETS_MAX }, () => newSecretText(deps.world.random))
  return changeClient<MadeSecret>(deps, caller, id, ({ client, user }) => {
    if (client.secrets.length >= CLIENT_SECRETS_MAX) {
      const detail = `a client has at most ${CLIENT_SECRETS_MAX} secrets: remove one that is used no more`
      return { answer: refused('conflict', detail) }
    }
    const hints = new Set(client.secrets.map(({ hint }) => hint))
    const secret = drawn.find((text) => !hints.has(hintOf(text)))
    if (user === undefined || secret === undefined) throw new Error('a client lacks its user or a hint')
    const after = {
      ...client,
      secrets: [...client.secrets, keptSecret(secret, hashOf, now)],
      updatedAt: now,
    }
    return { answer: { client: after, user, secret, hint: hintOf(secret) }, put: { oauthClients: [after] } }
  })
}

/** What was got with the secret is good no more. */
export function removeSecret(
  deps: CatalogDeps,
  caller: Caller,
  id: string,
  hint: string,
): Promise<OAuthClient | Refused> {
  return changeClient(deps, caller, id, ({ client }) => {
    const secrets = client.secrets.filter((secret) => secret.hint !== hint)
    if (secrets.length === client.secrets.length) {
      return { answer: refused('notFound', 'the client has no secret with this hint', { parameter: 'hint' }) }
    }
    const after = { ...client, secrets, updatedAt: deps.world.clock.now() }
    return { answer: after, put: { oauthClients: [after] } }
  })
}

/** The client as the caller may see it. */
export function seenClient(caller: Caller, client: OAuthClient | undefined): OAuthClient | Refused {
  const refusal = refuseWaysIn(caller)
  if (refusal !== undefined) return refusal
  if (client?.tenantId === caller.tenantId) return client
  return refused('notFound', 'there is no OAuth client with this id', { parameter: 'id' })
}

function changeClient<Answer>(
  { store }: CatalogDeps,
  caller: Caller,
  id: string,
  step: (view: OAuthClientView & { readonly client: OAuthClient }) => Decided<Answer | Refused>,
): Promise<Answer | Refused> {
  return changeOne<Answer | Refused>(store, {
    kind: 'oauth-client',
    tenantId: caller.tenantId,
    id: id as ClientId,
    step: (view) => {
      const client = seenClient(caller, view.client)
      return isRefused(client) ? { answer: client } : step({ ...view, client })
    },
  })
}

function keptSecret(secret: string, hashOf: (secret: string) => string, createdAt: number): ClientSecret {
  return { hash: hashOf(secret), hint: hintOf(secret), createdAt }
}

function hintOf(secret: string): string {
  return secret.slice(0, HINT_CHARACTERS)
}
