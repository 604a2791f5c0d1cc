import { describe, expect, it } from 'vitest'
import type { KeyId, ProviderId, SessionId, TenantId, UserId } from '../ids.ts'
import { type LoginSession, SEEN_EVERY_MS, type SessionGrounds, sessionOver } from './login-session.ts'

const NOW = 1_000_000_000
const IDLE = 60_000
const byKey: LoginSession = {
  id: 's' as SessionId,
  tenantId: 't' as TenantId,
  userId: 'u' as UserId,
  tokenHash: 'h',
  opened: { by: 'key', keyId: 'k' as KeyId },
  claims: {},
  createdAt: NOW,
  seenAt: NOW,
  expiresAt: NOW + 3_600_000,
}
const byProvider: LoginSession = { ...byKey, opened: { by: 'oidc', providerId: 'p' as ProviderId } }
const good: SessionGrounds = { user: { status: 'active' }, tenant: {}, key: {}, provider: { enabled: true } }
const over = (session: LoginSession, change: Partial<SessionGrounds> = {}, now = NOW) =>
  sessionOver(session, { ...good, ...change }, IDLE, now)

describe('a login session', () => {
  it('is good while what it stands on is', () => {
    expect(over(byKey)).toBeUndefined()
    expect(over(byProvider)).toBeUndefined()
  })

  it('ends after its whole time, however much it is used', () => {
    const used = { ...byKey, seenAt: byKey.expiresAt }
    expect(over(used, {}, used.expiresAt - 1)).toBeUndefined()
    expect(over(used, {}, used.expiresAt)).toMatch(/expired/)
  })

  it('ends after a time without use, never before it', () => {
    expect(over(byKey, {}, NOW + IDLE + SEEN_EVERY_MS - 1)).toBeUndefined()
    expect(over(byKey, {}, NOW + IDLE + SEEN_EVERY_MS)).toMatch(/not used/)
  })

  it.each(['invited', 'disabled', 'deleted'] as const)('ends with its user: %s', (status) => {
    expect(over(byKey, { user: { status } })).toMatch(/user/)
  })

  it('ends with its tenant', () => {
    expect(over(byKey, { tenant: undefined })).toMatch(/tenant/)
    expect(over(byKey, { tenant: { removedAt: 1 } })).toMatch(/tenant/)
  })

  it('ends with the key that opened it, and asks for no provider then', () => {
    expect(over(byKey, { provider: undefined })).toBeUndefined()
    expect(over(byKey, { key: undefined })).toMatch(/API key/)
    expect(over(byKey, { key: { revokedAt: 1 } })).toMatch(/API key/)
    expect(over(byKey, { key: { expiresAt: NOW } })).toMatch(/API key/)
    expect(over(byKey, { key: { expiresAt: NOW + 1 } })).toBeUndefined()
  })

  it('ends with the provider that opened it, and asks for no key then', () => {
    expect(over(byProvider, { key: undefined })).toBeUndefined()
    expect(over(byProvider, { provider: undefined })).toMatch(/provider/)
    expect(over(byProvider, { provider: { enabled: false } })).toMatch(/provider/)
  })

  it('does not live for years because a clock was ahead when it was opened', () => {
    const ahead = 365 * 86_400_000
    const wrong = {
      ...byKey,
      createdAt: NOW + ahead,
      seenAt: NOW + ahead,
      expiresAt: byKey.expiresAt + ahead,
    }
    expect(over(wrong)).toMatch(/clock/)
  })
})
