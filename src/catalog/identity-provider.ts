/** What tenant admins do with identity providers. */
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { newUuid, type ProviderId } from '../core/ids.ts'
import type { IdentityProvider } from '../core/people/identity-provider.ts'
import { PROVIDERS_MAX, type ProviderWish } from '../core/people/provider-rules.ts'
import type { Decided, IdentityProviderView } from '../store/port/change.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { refuseWaysIn } from './ways-in.ts'

/** @param wish without faults (`providerFaults`) */
export async function makeProvider(
  { store, world }: CatalogDeps,
  caller: Caller,
  { sealedClientSecret, ...wish }: ProviderWish,
): Promise<IdentityProvider | Refused> {
  const refusal = refuseWaysIn(caller)
  if (refusal !== undefined) return refusal
  const now = world.clock.now()
  const { tenantId } = caller
  const provider: IdentityProvider = {
    ...wish,
    ...defined({ sealedClientSecret: sealedClientSecret ?? undefined }),
    id: newUuid(world.random),
    tenantId,
    createdAt: now,
    updatedAt: now,
  }
  return changeOne<IdentityProvider | Refused>(store, {
    kind: 'identity-provider',
    tenantId,
    id: provider.id,
    step: (view) => {
      if (view.all.length >= PROVIDERS_MAX) {
        return { answer: refused('conflict', `a tenant has at most ${PROVIDERS_MAX} identity providers`) }
      }
      return saved(view, provider)
    },
  })
}

/** @param before what the wish was made from: when it is another by now, nothing is saved */
export function changeProvider(
  deps: CatalogDeps,
  caller: Caller,
  before: IdentityProvider,
  { sealedClientSecret = before.sealedClientSecret ?? null, ...wish }: ProviderWish,
): Promise<IdentityProvider | Refused> {
  return stepOn(deps, caller, before.id, (view, provider) => {
    if (JSON.stringify(provider) !== JSON.stringify(before)) {
      return { answer: refused('conflict', 'the identity provider was changed meanwhile: read it again') }
    }
    const { id, tenantId, createdAt, updatedAt } = provider
    // What was fetched of a provider is known by the time of its change.
    const changedAt = Math.max(deps.world.clock.now(), updatedAt + 1)
    return saved(view, {
      ...wish,
      ...(sealedClientSecret === null ? {} : { sealedClientSecret }),
      id,
      tenantId,
      createdAt,
      updatedAt: changedAt,
    })
  })
}

/** Whom it let in stays; nobody comes in through it any more. */
export function deleteProvider(
  deps: CatalogDeps,
  caller: Caller,
  id: string,
): Promise<IdentityProvider | Refused> {
  return stepOn(deps, caller, id, (_view, provider) => ({
    answer: provider,
    remove: { identityProviders: [provider.id] },
  }))
}

/** The provider as the caller may see it. */
export function seenProvider(
  caller: Caller,
  provider: IdentityProvider | undefined,
): IdentityProvider | Refused {
  const refusal = refuseWaysIn(caller)
  if (refusal !== undefined) return refusal
  if (provider?.tenantId === caller.tenantId) return provider
  return refused('notFound', 'there is no identity provider with this id', { parameter: 'id' })
}

/** A token must not fit two providers of one tenant. */
function saved(
  { all }: IdentityProviderView,
  provider: IdentityProvider,
): Decided<IdentityProvider | Refused> {
  const { id, issuer } = provider
  const twin = all.find(
    (other) => other.id !== id && other.issuer === issuer && tokensOf(other) === tokensOf(provider),
  )
  if (twin !== undefined) {
    const detail = 'another identity provider of the tenant takes the same tokens: give it an audience'
    return { answer: refused('conflict', detail, { pointer: '/audience' }) }
  }
  return { answer: provider, put: { identityProviders: [provider] } }
}

function tokensOf({ protocol, audience, clientId }: IdentityProvider): string | undefined {
  return protocol === 'oidc' ? (audience ?? clientId) : audience
}

function stepOn(
  { store }: CatalogDeps,
  caller: Caller,
  id: string,
  step: (view: IdentityProviderView, provider: IdentityProvider) => Decided<IdentityProvider | Refused>,
): Promise<IdentityProvider | Refused> {
  return changeOne<IdentityProvider | Refused>(store, {
    kind: 'identity-provider',
    tenantId: caller.tenantId,
    id: id as ProviderId,
    step: (view) => {
      const provider = seenProvider(caller, view.provider)
      return isRefused(provider) ? { answer: provider } : step(view, provider)
    },
  })
}
