/**
 * The port to contents that are kept for a while: exported archives, and what clients upload before they say
 * what it is for. Each belongs to a tenant, and only who made it may use it.
 */
import type { Caller } from '../core/caller.ts'
import type { TenantId, UserId } from '../core/ids.ts'
import { type Refused, refused } from './refusal.ts'

export interface TempContent {
  /** UUID. */
  readonly id: string
  readonly tenantId: TenantId
  readonly creatorId: UserId
  /** As the client called it: to be shown, never to be used as a path. */
  readonly name: string
  readonly bytes: number
  /** Epoch ms. */
  readonly createdAt: number
  readonly expiresAt: number
}

export interface TempContents {
  /**
   * Writes a stream to disk.
   * @returns 'full' when the tenant has no room left; 'too-large' as soon as it is larger than one may be
   */
  keep(
    about: Pick<TempContent, 'tenantId' | 'creatorId' | 'name'> & { readonly ttlMs: number },
    content: AsyncIterable<Uint8Array>,
  ): Promise<TempContent | 'full' | 'too-large'>
  /** 'expired' until it is swept. */
  find(tenantId: TenantId, id: string): Promise<TempContent | 'expired' | undefined>
  read(content: TempContent): AsyncIterable<Uint8Array>
  discard(content: TempContent): Promise<void>
  /** Deletes what has expired, of every tenant. */
  sweep(): Promise<void>
}

/** One that the caller made; others are as if they did not exist. */
export async function findTempContent(
  contents: Pick<TempContents, 'find'>,
  { tenantId, user }: Caller,
  id: string,
): Promise<TempContent | Refused> {
  const found = await contents.find(tenantId, id)
  if (found === 'expired') return refused('expired', 'the temporary content has expired')
  if (found?.creatorId === user.id) return found
  return refused('notFound', 'there is no temporary content with this id', { parameter: 'id' })
}

/** @param bytesMax what one may have */
export async function keepTempContent(
  contents: TempContents,
  { tenantId, user }: Caller,
  { name, ttlMs }: Pick<TempContent, 'name'> & { readonly ttlMs: number },
  content: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<TempContent | Refused> {
  const kept = await contents.keep({ tenantId, creatorId: user.id, name, ttlMs }, content)
  if (kept === 'too-large') return refused('tooLarge', `a temporary content has at most ${bytesMax} bytes`)
  if (kept !== 'full') return kept
  return refused('busy', 'the tenant has no room left for temporary contents: wait until some have expired')
}
