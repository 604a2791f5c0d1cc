/**
 * Login sessions: what people have who signed in. A session stands on its user, its tenant and what opened it
 * (an API key, an identity provider), and each use asks whether these still hold, so that nothing has to be
 * ended by whoever changes them; what is over is removed when it is used, and swept.
 */

import { changeOne } from '../catalog/deps.ts'
import { type Refused, refused } from '../catalog/refusal.ts'
import type { Caller, Claims } from '../core/caller.ts'
import { newUuid, type ProviderId, type SessionId, type TenantId, type UserId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import {
  type LoginSession,
  SEEN_EVERY_MS,
  SESSIONS_PER_USER_MAX,
  type SessionGrounds,
  sessionOver,
} from '../core/people/login-session.ts'
import type { World } from '../core/ports.ts'
import type { User } from '../core/records.ts'
import type { ChangeStore, Decided } from '../store/port/change.ts'
import { is } from '../store/port/condition.ts'
import { everyRow, firstOf, type ListStore } from '../store/port/lists.ts'
import type { PeopleStore, SessionWithUser } from '../store/port/people.ts'
import { type CookieKind, newSessionToken } from './session-token.ts'
import { tokenHash } from './token-hash.ts'
import { type NotIn, notIn } from './way-in.ts'

export interface SessionDeps {
  readonly store: PeopleStore & ChangeStore & ListStore
  readonly world: Pick<World, 'clock' | 'random' | 'log'>
  readonly limits: Pick<Limits, 'sessionIdleMs' | 'sessionMs'>
}

export interface OpenedSession {
  readonly session: LoginSession
  /** Shown once, in its cookie. */
  readonly token: string
}

/** Sessions whose use is being written, so that a slow store is not asked again with each request. */
const WRITING_MAX = 1000

/** Looked at in one go by the sweep. */
const SWEPT_AT_ONCE = 200

export class Sessions {
  readonly #deps: SessionDeps
  readonly #writing = new Map<SessionId, Promise<void>>()

  constructor(deps: SessionDeps) {
    this.#deps = deps
  }

  /**
   * A new session of the user, with a token that nobody knew before. The oldest of very many ends.
   * @param claims of the user as the opener told them
   */
  async open(
    { tenantId, id: userId }: Pick<User, 'tenantId' | 'id'>,
    opened: LoginSession['opened'],
    claims: Claims,
    kind: CookieKind,
  ): Promise<OpenedSession | Refused> {
    const { store, world, limits } = this.#deps
    const now = world.clock.now()
    const token = newSessionToken(world.random, kind)
    const session: LoginSession = {
      id: newUuid(world.random),
      tenantId,
      userId,
      tokenHash: tokenHash(token),
      opened,
      claims,
      createdAt: now,
      seenAt: now,
      expiresAt: now + limits.sessionMs,
    }
    return changeOne<OpenedSession | Refused>(store, {
      kind: 'user',
      tenantId,
      id: userId,
      step: (view) => {
        if (view.user?.status !== 'active') {
          return { answer: refused('unauthorized', 'the user is not active') }
        }
        const before = view.loginSessions()
        const tooMany = before.slice(0, Math.max(0, before.length - SESSIONS_PER_USER_MAX + 1))
        return {
          answer: { session, token },
          remove: { loginSessions: tooMany.map(({ id }) => id) },
          put: { loginSessions: [session] },
        }
      },
    })
  }

  /** Whom a token of a cookie speaks for. */
  async callerOf(token: string): Promise<Caller | NotIn> {
    const found = await this.find(token)
    if (found === undefined) return notIn('there is no such session, or it has ended: sign in again')
    const { session, user } = found
    const over = await this.#over(found)
    if (over !== undefined) {
      this.#write(session, removed)
      return notIn(`${over}: sign in again`)
    }
    const { clock } = this.#deps.world
    if (clock.now() - session.seenAt >= SEEN_EVERY_MS) this.#write(session, seen(clock.now()))
    const { tenantId, claims, id: sessionId } = session
    return { tenantId, user, credential: { kind: 'session', sessionId }, claims }
  }

  /** Whether it is good or not. */
  find(token: string): Promise<SessionWithUser | undefined> {
    return this.#deps.store.sessionByHash(tokenHash(token))
  }

  /** Those of the user that are good, the oldest first. */
  async ofUser(tenantId: TenantId, userId: UserId): Promise<LoginSession[]> {
    const { store } = this.#deps
    const user = await store.user(tenantId, userId)
    if (user === undefined) return []
    const sessions = await everyRow(store, 'loginSessions', { tenantId, where: is('userId', userId) })
    const overs = await Promise.all(sessions.map((session) => this.#over({ session, user })))
    return sessions.filter((_, index) => overs[index] === undefined)
  }

  /** False when there is none with the id. */
  end(tenantId: TenantId, userId: UserId, id: SessionId): Promise<boolean> {
    return changeOne(this.#deps.store, {
      kind: 'login-session',
      tenantId,
      id,
      step: ({ session }): Decided<boolean> =>
        session?.userId === userId ? { answer: true, ...removed(session) } : { answer: false },
    })
  }

  /** All of the user: it is signed out everywhere. */
  endAll(tenantId: TenantId, userId: UserId): Promise<undefined> {
    return changeOne(this.#deps.store, {
      kind: 'user',
      tenantId,
      id: userId,
      step: (view): Decided<undefined> => ({
        answer: undefined,
        remove: { loginSessions: view.loginSessions().map(({ id }) => id) },
      }),
    })
  }

  /** All that a provider opened: also when it is there again later, they stay ended. */
  async endThrough(tenantId: TenantId, providerId: ProviderId): Promise<void> {
    const { store } = this.#deps
    const all = await everyRow(store, 'loginSessions', { tenantId })
    const through = all.filter(({ opened }) => opened.by !== 'key' && opened.providerId === providerId)
    await store.change(
      through.map(({ id }) => ({
        kind: 'login-session',
        tenantId,
        id,
        step: ({ session }): Decided<undefined> => ({
          answer: undefined,
          ...(session === undefined ? {} : removed(session)),
        }),
      })),
    )
  }

  /**
   * Removes sessions that are over, some of each tenant, beginning with those that expire first.
   * @returns how many
   */
  async sweep(): Promise<number> {
    const { store } = this.#deps
    let removedCount = 0
    for (const { id: tenantId } of await store.tenants()) {
      const { rows } = await store.list('loginSessions', {
        tenantId,
        sort: { field: 'expiresAt', descending: false },
        page: { limit: SWEPT_AT_ONCE },
      })
      for (const session of rows) {
        const user = await store.user(tenantId, session.userId)
        if (user !== undefined && (await this.#over({ session, user })) === undefined) continue
        if (await this.end(tenantId, session.userId, session.id)) removedCount += 1
      }
    }
    return removedCount
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing.values())
  }

  async #over({ session, user }: SessionWithUser): Promise<string | undefined> {
    const { store, world, limits } = this.#deps
    const { tenantId, opened } = session
    const grounds: SessionGrounds = {
      user,
      tenant: await store.tenant(tenantId),
      ...(opened.by === 'key'
        ? { key: await firstOf(store, 'keys', { tenantId, where: is('id', opened.keyId) }) }
        : { provider: await store.identityProvider(tenantId, opened.providerId) }),
    }
    return sessionOver(session, grounds, limits.sessionIdleMs, world.clock.now())
  }

  /** Beside the request that found something to write; what is lost is found again. */
  #write({ tenantId, id }: LoginSession, next: (session: LoginSession) => Written): void {
    if (this.#writing.has(id) || this.#writing.size >= WRITING_MAX) return
    const step = ({ session }: { readonly session?: LoginSession }): Decided<undefined> => ({
      answer: undefined,
      ...(session === undefined ? {} : next(session)),
    })
    const writing = changeOne(this.#deps.store, { kind: 'login-session', tenantId, id, step })
      .catch((error: unknown) =>
        this.#deps.world.log.warn('a login session was not written', { sessionId: id, error }),
      )
      .finally(() => this.#writing.delete(id))
    this.#writing.set(id, writing as Promise<void>)
  }
}

type Written = Pick<Decided<unknown>, 'put' | 'remove'>

const removed = ({ id }: LoginSession): Written => ({ remove: { loginSessions: [id] } })

const seen =
  (now: number) =>
  (session: LoginSession): Written =>
    session.seenAt >= now ? {} : { put: { loginSessions: [{ ...session, seenAt: now }] } }
