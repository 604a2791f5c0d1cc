/** Whether an API key is good: asked of the key that comes in, of a session's, and of all that a user has. */
import type { ApiKey } from './records.ts'

export type KeyStatus = 'active' | 'expired' | 'revoked'

export function keyStatus(
  { revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>,
  nowMs: number,
): KeyStatus {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt !== undefined && expiresAt <= nowMs ? 'expired' : 'active'
}
