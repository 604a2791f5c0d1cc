/**
 * Audits: the stored events read back by query, for those who cannot take a webhook, and the acts of people
 * (contract 05, section 6; the shape is contract 01, section 9). `data` is the same as in every delivery. An
 * admin of the tenant or of audits sees all of the tenant, others what they did and what was done for them.
 * Events are listed in the order of their commits, which is that of their times; sorted by type or source,
 * those of one type or source are listed so.
 */

import { type Static, Type } from 'typebox'
import type { Caller } from '../../core/caller.ts'
import { defined } from '../../core/defined.ts'
import type { EventId } from '../../core/ids.ts'
import { mayReadAudits } from '../../core/rights.ts'
import type { StoredEvent } from '../../event/stored-event.ts'
import type { Listed } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import {
  absoluteLink,
  type PageQuery,
  pageLinks,
  pageParameters,
  pageSchema,
  readPage,
  SelfLink,
} from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'

const TAGS = ['audits']

export const AuditRecord = Type.Object(
  {
    id: Type.String(),
    eventId: Type.String(),
    eventTime: Type.String({ format: 'date-time' }),
    eventType: Type.String(),
    eventTypeVersion: Type.String(),
    source: Type.String(),
    contentType: Type.String(),
    tenantId: Type.String(),
    userId: Type.String(),
    extensions: Type.Object({
      actor: Type.Optional(
        Type.Object(
          { sub: Type.String(), subType: Type.Literal('externalClient') },
          { title: 'AuditActor', description: 'The program that acted as the user' },
        ),
      ),
      ownerId: Type.Optional(Type.String()),
      spaceId: Type.Optional(Type.String()),
      topLevelResourceId: Type.String(),
      originIp: Type.Optional(Type.String()),
    }),
    data: Type.Object({}, { additionalProperties: true }),
    links: SelfLink,
  },
  { title: 'Audit' },
)

const LIST = {
  fields: ['eventTime', 'eventType', 'source'],
  defaultSort: { field: 'eventTime', descending: true },
  defaultLimit: 10,
  maxLimit: 100,
} as const

type SortField = (typeof LIST.fields)[number]

const SELECTION = {
  eventTime: Type.Optional(
    Type.String({ description: 'Two RFC 3339 times with a slash: from (included) and to (excluded)' }),
  ),
  eventType: Type.Optional(Type.String()),
  source: Type.Optional(Type.String()),
  userId: Type.Optional(Type.String()),
  id: Type.Optional(Type.String({ description: 'Comma list of ids' })),
}

export function registerAudits(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/audits',
    {
      schema: {
        tags: TAGS,
        operationId: 'getAudits',
        summary: 'Lists events',
        querystring: Type.Object({ ...pageParameters(LIST), ...SELECTION }),
        response: { 200: pageSchema('Audits', AuditRecord), ...problems(400) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const { eventTime, eventType, source, userId, id } = request.query
      const query = readPage(deps, request, request.query, LIST, { eventTime, eventType, source, userId, id })
      const between = eventTime === undefined ? undefined : readInterval(eventTime)
      const ids = id?.split(',')
      const listed = await listEvents(
        deps,
        caller,
        query,
        (event) =>
          maySee(caller, event) &&
          (between === undefined || (event.time >= between.from && event.time < between.to)) &&
          (eventType === undefined || event.type === eventType) &&
          (source === undefined || event.body.source === source) &&
          (userId === undefined || event.userId === userId) &&
          (ids === undefined || ids.includes(event.id)),
      )
      const link = (path: string) => absoluteLink(deps, request, path)
      const of = GROUPS[query.sort.field]
      const position = (event: StoredEvent) => ({ value: event.sequence, id: of(event) })
      return {
        data: listed.rows.map((event) => auditRecord(event, link)),
        links: pageLinks(deps, request, query, listed, position),
      }
    },
  )
  server.get(
    '/api/v1/audits/:id',
    {
      schema: {
        tags: TAGS,
        operationId: 'getAudit',
        summary: 'Reads an event',
        params: Type.Object({ id: Type.String() }),
        response: { 200: AuditRecord, ...problems(404) },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const event = await deps.store.event(caller.tenantId, request.params.id as EventId)
      if (event === undefined || !maySee(caller, event)) {
        throw refuse('notFound', { detail: 'there is no event with this id', parameter: 'id' })
      }
      return auditRecord(event, (path) => absoluteLink(deps, request, path))
    },
  )
}

export function maySee(caller: Caller, event: StoredEvent): boolean {
  return mayReadAudits(caller.user) || event.userId === caller.user.id
}

/** How many events are looked at in one step: bounds the memory of a list. */
const WINDOW = 500

/** What events are grouped by; all are one group where they are sorted by time alone. */
const GROUPS: Readonly<Record<SortField, (event: StoredEvent) => string>> = {
  eventTime: () => '',
  eventType: ({ type }) => type,
  source: ({ body }) => body.source,
}

/**
 * A page of the events that pass, found by walking the sequence once in windows, up or down: by time from the
 * cursor until the page and one more are found, else over all that there is, keeping as many of each group. A
 * cursor is a sequence and its group: it holds when its event is forgotten meanwhile.
 */
async function listEvents(
  deps: ApiDeps,
  caller: Caller,
  { page, sort }: PageQuery<SortField>,
  passes: (event: StoredEvent) => boolean,
): Promise<Listed<StoredEvent>> {
  const backwards = page.backwards === true
  const down = sort.descending !== backwards
  const of = GROUPS[sort.field]
  const isOneGroup = sort.field === 'eventTime'
  const cursor = page.after === undefined ? undefined : Number(page.after.value)
  const isBeyond = (at: string | number, from: string | number) => (down ? at < from : at > from)
  const isAsked = (group: string, { sequence }: StoredEvent) => {
    if (page.after === undefined) return true
    return group === page.after.id
      ? isBeyond(sequence, Number(page.after.value))
      : isBeyond(group, page.after.id)
  }
  const groups = new Map<string, StoredEvent[]>()
  for await (const event of walk(deps, caller, isOneGroup ? cursor : undefined, down)) {
    const group = of(event)
    if (!isAsked(group, event) || !passes(event)) continue
    const found = groups.get(group) ?? []
    groups.set(group, found)
    if (found.length <= page.limit) found.push(event)
    if (isOneGroup && found.length > page.limit) break
  }
  const names = [...groups.keys()].sort()
  const found = (down ? names.reverse() : names).flatMap((name) => groups.get(name)!)
  const more = found.length > page.limit
  const rows = found.slice(0, page.limit)
  const behind = cursor !== undefined && rows.length > 0
  return {
    rows: backwards ? rows.reverse() : rows,
    hasNext: backwards ? behind : more,
    hasPrevious: backwards ? more : behind,
  }
}

/** Events of the tenant beyond the cursor, one window after the other. */
export async function* walk(
  { store }: ApiDeps,
  { tenantId }: Caller,
  cursor: number | undefined,
  down: boolean,
): AsyncGenerator<StoredEvent> {
  for (let at = cursor ?? (down ? Number.MAX_SAFE_INTEGER : 0); ; ) {
    const events = await (down
      ? store.eventsBefore(tenantId, at, WINDOW)
      : store.eventsAfter(tenantId, at, WINDOW))
    yield* events
    if (events.length < WINDOW) return
    at = events.at(-1)!.sequence
  }
}

function readInterval(text: string): { readonly from: number; readonly to: number } {
  const times = text.split('/').map((part) => (RFC_3339.test(part) ? Date.parse(part) : Number.NaN))
  const [from = Number.NaN, to = Number.NaN] = times
  if (times.length === 2 && from <= to) return { from, to }
  throw refuse('badRequest', {
    detail: 'eventTime must be two times with a slash, such as 2026-11-01T00:00:00Z/2026-11-02T00:00:00Z',
    parameter: 'eventTime',
  })
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

export function auditRecord(event: StoredEvent, link: (path: string) => string): Static<typeof AuditRecord> {
  const { body } = event
  return {
    id: event.id,
    eventId: event.id,
    eventTime: body.time,
    eventType: event.type,
    eventTypeVersion: '1.0.0',
    source: body.source,
    contentType: body.datacontenttype,
    tenantId: event.tenantId,
    userId: event.userId,
    extensions: {
      ...(typeof body.actor === 'string'
        ? { actor: { sub: body.actor, subType: 'externalClient' as const } }
        : {}),
      ...(typeof body.ownerid === 'string' ? { ownerId: body.ownerid } : {}),
      ...(typeof body.originip === 'string' ? { originIp: body.originip } : {}),
      ...defined({ spaceId: event.spaceId }),
      topLevelResourceId: event.topLevelResourceId,
    },
    data: { ...body.data },
    links: { self: { href: link(`/api/v1/audits/${event.id}`) } },
  }
}
