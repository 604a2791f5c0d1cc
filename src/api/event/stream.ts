/**
 * Room `api/event`: routes that read events: the stream and the audits. Decoding, reading and encoding enter.
 *
 * The tenant's events as Server-Sent Events (contract 06, section 5.1): catches up from the store after the
 * client's cursor, then follows every commit. The cursor is the event's sequence, which a single writer
 * assigns in the order of commits, so that nothing lands behind a cursor. A slow client is waited for, never
 * buffered for. Every 15 seconds at the latest the caller's key is looked at again, and a comment line keeps
 * the connection open.
 */

import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Caller } from '../../core/caller.ts'
import { defined } from '../../core/defined.ts'
import { type FilterNode, matchesFilter } from '../../core/filter.ts'
import type { AppId } from '../../core/ids.ts'
import { OUTCOMES } from '../../core/outcome.ts'
import type { Wait } from '../../core/ports.ts'
import { isTenantAdmin } from '../../core/rights.ts'
import { parseSubscriptionFilter } from '../../delivery/subscription-settings.ts'
import { isAuditType } from '../../event/audit-event.ts'
import { EVENT_TYPES, FINISHED_EVENT_TYPE } from '../../event/event-types.ts'
import { filterAttribute } from '../../event/fan-out.ts'
import type { StoredEvent } from '../../event/stored-event.ts'
import { callerByNow, callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { problems, refuse } from '../http/problem.ts'
import { mayRead } from '../http/rights.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer lasts as long as the client stays. */
    isStream?: boolean
  }
}

export const HEARTBEAT_MS = 15_000
const EVENTS_PER_READ = 100
const RECONNECT_AFTER_MS = 3_000

interface Wanted {
  readonly types: readonly string[]
  readonly appId?: string
  readonly spaceId?: string
  readonly outcomes: readonly string[]
  readonly filter?: FilterNode
}

export function registerStream(server: ApiServer, deps: ApiDeps): void {
  const open = new Set<Following>()
  server.addHook('preClose', async () => {
    for (const following of open) following.stop()
  })
  server.get(
    '/api/v1/events/stream',
    {
      exposeHeadRoute: false,
      config: { isStream: true, takesTicket: true },
      schema: {
        operationId: 'streamEvents',
        summary: 'Follow events (Server-Sent Events)',
        description:
          '`id` is the cursor: a client that comes back with it in `Last-Event-ID` misses nothing. Without a cursor the stream begins now; the header `Event-Cursor` tells where that is. 410: the cursor is newer than the newest event, so it is not of this service, or events after it are forgotten by now (0 begins with the oldest that is kept).',
        tags: ['events'],
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String()) }),
        querystring: Type.Object({
          ticket: Type.Optional(
            Type.String({
              maxLength: 100,
              description: 'Of `POST /api/v1/events/stream/ticket`, for clients that send no headers',
            }),
          ),
          after: Type.Optional(
            Type.String({ description: 'Cursor, for clients that cannot send the header' }),
          ),
          types: Type.Optional(Type.String({ description: 'Comma list of event types' })),
          appId: Type.Optional(Type.String({ description: 'Only events of this app' })),
          spaceId: Type.Optional(Type.String({ description: 'Only events of apps in this space' })),
          status: Type.Optional(
            Type.String({
              description: `Comma list of outcomes: ${OUTCOMES.join(', ')}; finished events only`,
            }),
          ),
          filter: Type.Optional(Type.String({ description: 'The filter of webhooks' })),
        }),
        response: {
          200: { content: { 'text/event-stream': { schema: Type.Unsafe<Readable>({ type: 'string' }) } } },
          ...problems(400, 410),
        },
      },
    },
    async (request, reply) => {
      const wanted = readWanted(request.query)
      const cursor = await readCursor(deps, request, request.query.after)
      const following = new Following(deps, request, wanted, cursor, open)
      reply.raw.on('close', () => following.stop())
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .header('event-cursor', String(cursor))
        .send(Readable.from(following.frames()))
    },
  )
}

/**
 * One client's stream. Modes: reading (there may be events to catch up), waiting (for a commit or the next
 * heartbeat).
 */
class Following {
  readonly #deps: ApiDeps
  readonly #request: FastifyRequest
  #caller: Caller
  readonly #wanted: Wanted
  readonly #open: Set<Following>
  #cursor: number
  #stopped = false
  #mayHaveMore = true
  #wait: Wait | undefined

  constructor(deps: ApiDeps, request: FastifyRequest, wanted: Wanted, cursor: number, open: Set<Following>) {
    this.#deps = deps
    this.#request = request
    this.#caller = callerOf(request)
    this.#wanted = wanted
    this.#cursor = cursor
    this.#open = open
  }

  /** Ends the stream as soon as its client has taken what was read. */
  stop(): void {
    this.#stopped = true
    this.#wait?.end()
  }

  /** The text of the stream, read one piece at a time as fast as the client takes it. */
  async *frames(): AsyncGenerator<string> {
    const { store, world } = this.#deps
    this.#open.add(this)
    const forget = store.onCommit(({ events }) => {
      if (!events) return
      this.#mayHaveMore = true
      this.#wait?.end()
    })
    try {
      // Without data it is no event, but a client that loses the connection before the first one comes back
      // with it.
      yield `retry: ${RECONNECT_AFTER_MS}\nid: ${this.#cursor}\n\n`
      let beatAt = world.clock.monotonic()
      while (!this.#stopped) {
        if (this.#mayHaveMore) yield* this.#read()
        const silentMs = world.clock.monotonic() - beatAt
        if (silentMs >= HEARTBEAT_MS) {
          const caller = await callerByNow(this.#deps, this.#request)
          if (caller === undefined) return
          this.#caller = caller
          beatAt = world.clock.monotonic()
          yield ':\n\n'
        } else if (!this.#mayHaveMore && !this.#stopped) {
          this.#wait = world.timers.wait(HEARTBEAT_MS - silentMs)
          await this.#wait.done
        }
      }
    } finally {
      forget()
      this.#open.delete(this)
    }
  }

  async *#read(): AsyncGenerator<string> {
    this.#mayHaveMore = false
    const { store } = this.#deps
    const events = await store.eventsAfter(this.#caller.tenantId, this.#cursor, EVENTS_PER_READ)
    if (events.length === EVENTS_PER_READ) this.#mayHaveMore = true
    const readable = new Map<string, boolean>()
    for (const event of events) {
      if (this.#stopped) return
      this.#cursor = event.sequence
      if (!wants(this.#wanted, event)) continue
      const key = `${event.topLevelResourceId} ${event.userId}`
      const isReadable = readable.get(key) ?? (await isVisible(this.#deps, this.#caller, event))
      readable.set(key, isReadable)
      if (isReadable) yield frame(event)
    }
  }
}

function frame({ sequence, type, body }: StoredEvent): string {
  return `id: ${sequence}\nevent: ${type}\ndata: ${JSON.stringify(body)}\n\n`
}

function wants({ types, appId, spaceId, outcomes, filter }: Wanted, event: StoredEvent): boolean {
  return (
    (appId === undefined || event.topLevelResourceId === appId) &&
    (spaceId === undefined || event.spaceId === spaceId) &&
    (outcomes.length === 0 ||
      (event.type === FINISHED_EVENT_TYPE && outcomes.includes(String(event.body.data.status)))) &&
    (types.length === 0 ? !isAuditType(event.type) : types.includes(event.type)) &&
    (filter === undefined || matchesFilter(filter, (name) => filterAttribute(event, name)))
  )
}

/** Events of apps one may read; of an app that is gone, those of reloads one asked for oneself. */
async function isVisible(deps: ApiDeps, caller: Caller, event: StoredEvent): Promise<boolean> {
  if (isTenantAdmin(caller.user)) return true
  const app = await deps.store.app(caller.tenantId, event.topLevelResourceId as AppId)
  return app === undefined ? event.userId === caller.user.id : mayRead(deps, caller, app)
}

function readWanted(query: {
  readonly types?: string
  readonly appId?: string
  readonly spaceId?: string
  readonly status?: string
  readonly filter?: string
}): Wanted {
  const types = (query.types ?? '').split(',').filter((type) => type !== '')
  const known = EVENT_TYPES.map(({ name }) => name)
  if (types.some((type) => !known.includes(type))) {
    throw refuse('badRequest', {
      detail: `types must be a comma list of ${known.join(', ')}`,
      parameter: 'types',
    })
  }
  const outcomes = (query.status ?? '').split(',').filter((outcome) => outcome !== '')
  if (outcomes.some((outcome) => !(OUTCOMES as readonly string[]).includes(outcome))) {
    throw refuse('badRequest', {
      detail: `status must be a comma list of ${OUTCOMES.join(', ')}`,
      parameter: 'status',
    })
  }
  const { appId, spaceId } = query
  const plain = {
    types,
    outcomes,
    ...defined({ appId, spaceId }),
  }
  if (query.filter === undefined) return plain
  const parsed = parseSubscriptionFilter(query.filter, types)
  if (parsed.kind === 'filter') return { ...plain, filter: parsed.filter }
  throw refuse('badRequest', { detail: `filter: ${parsed.detail}`, parameter: 'filter' })
}

/**
 * Where to begin: after the header's cursor, else after the parameter's, else after the newest event. A
 * cursor beyond the newest is of another service, or of a database before its restoration; behind one that is
 * too old events are forgotten.
 */
async function readCursor(
  deps: ApiDeps,
  request: FastifyRequest,
  after: string | undefined,
): Promise<number> {
  const header = request.headers['last-event-id']
  const parameter = header === undefined ? 'after' : 'Last-Event-ID'
  const text = typeof header === 'string' ? header : after
  const newest = await deps.store.lastSequence()
  if (text === undefined) return newest
  const cursor = Number(text)
  if (!/^\d{1,15}$/.test(text)) {
    throw refuse('badRequest', {
      detail: `${parameter} must be the id of an event of this stream`,
      parameter,
    })
  }
  if (cursor > 0 && cursor < (await deps.store.forgottenSequence())) {
    throw refuse('gone', {
      detail: 'events after the cursor are forgotten: begin again with 0 or without it',
      parameter,
    })
  }
  if (cursor > newest) {
    throw refuse('gone', { detail: 'the cursor is not of this service: begin again without it', parameter })
  }
  return cursor
}
