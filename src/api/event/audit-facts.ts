/** What audits there can be, how long they are kept, and all of one day (contract 05, section 6). */
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { Caller } from '../../core/caller.ts'
import { DAY, HOUR, SECOND } from '../../core/units.ts'
import { AUDIT_SOURCE, AUDIT_TYPES } from '../../event/audit-event.ts'
import { EVENT_SOURCES, EVENT_TYPES } from '../../event/event-types.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { absoluteLink, Links } from '../http/page.ts'
import { problems, refuse } from '../http/problem.ts'
import { auditRecord, maySee, walk } from './audits.ts'

const TAGS = ['audits']
const Names = Type.Object({ data: Type.Array(Type.String()), links: Links }, { title: 'AuditNames' })

const TYPES = [...EVENT_TYPES.map(({ name }) => name), ...AUDIT_TYPES].sort()
const SOURCES = [...EVENT_SOURCES, AUDIT_SOURCE].sort()

export function registerAuditFacts(server: ApiServer, deps: ApiDeps): void {
  for (const [path, operationId, summary, data] of [
    ['types', 'getAuditTypes', 'Lists the types of audits', TYPES],
    ['sources', 'getAuditSources', 'Lists the sources of audits', SOURCES],
  ] as const) {
    server.get(
      `/api/v1/audits/${path}`,
      { schema: { tags: TAGS, operationId, summary, response: { 200: Names, ...problems() } } },
      async (request) => ({
        data,
        links: { self: { href: absoluteLink(deps, request, `/api/v1/audits/${path}`) } },
      }),
    )
  }
  server.get(
    '/api/v1/audits/settings',
    {
      schema: {
        tags: TAGS,
        operationId: 'getAuditsSettings',
        summary: 'Tells how long audits are kept',
        response: {
          200: Type.Object(
            {
              data: Type.Object({
                ArchiveEnabled: Type.Boolean(),
                EventTTL: Type.Integer({ description: 'Seconds' }),
              }),
            },
            { title: 'AuditsSettings' },
          ),
          ...problems(),
        },
      },
    },
    async () => ({
      data: { ArchiveEnabled: true, EventTTL: Math.round(deps.limits.eventHistoryMs / SECOND) },
    }),
  )
  registerArchive(server, deps)
}

function registerArchive(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/audits/archive',
    {
      exposeHeadRoute: false,
      schema: {
        tags: TAGS,
        operationId: 'getArchivedAudits',
        summary: 'Reads all audits of a day in UTC that is over, the oldest first',
        description: 'As long as they are kept: `EventTTL` of the settings.',
        querystring: Type.Object({
          date: Type.String({ maxLength: 10, description: 'Such as 2026-11-02' }),
        }),
        response: {
          200: {
            content: {
              'application/json': {
                schema: Type.Unsafe<Readable>({ type: 'object', title: 'AuditArchive' }),
              },
            },
          },
          ...problems(400, 404),
        },
      },
    },
    async (request, reply) => {
      const from = dayIn(request.query.date)
      const now = deps.world.clock.now()
      if (from + DAY > now || from + DAY < now - deps.limits.eventHistoryMs) {
        throw refuse('notFound', {
          detail: 'the day is not over, or its audits are not kept any more',
          parameter: 'date',
        })
      }
      const link = (path: string) => absoluteLink(deps, request, path)
      const caller = callerOf(request)
      const content = Readable.from(archive(deps, caller, from, link))
      return reply.type('application/json; charset=utf-8').header('cache-control', 'no-store').send(content)
    },
  )
}

/** Begin of the day, epoch ms. */
function dayIn(date: string): number {
  const from = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (!Number.isNaN(from)) return from
  throw refuse('badRequest', { detail: 'date must be a day such as 2026-11-02', parameter: 'date' })
}

async function* archive(
  deps: ApiDeps,
  caller: Caller,
  from: number,
  link: (path: string) => string,
): AsyncGenerator<string> {
  yield '{"data":['
  let separator = ''
  for await (const event of walk(deps, caller, await sequenceBefore(deps, caller, from - HOUR), false)) {
    // What was committed late by a clock that was a little off is not missed.
    if (event.time >= from + DAY + HOUR) break
    if (event.time < from || event.time >= from + DAY || !maySee(caller, event)) continue
    yield `${separator}${JSON.stringify(auditRecord(event, link))}`
    separator = ','
  }
  yield ']}'
}

/** A sequence up to which all events of the tenant are older, found by halves: they are in order of time. */
async function sequenceBefore({ store }: ApiDeps, { tenantId }: Caller, time: number): Promise<number> {
  let low = await store.forgottenSequence()
  let high = await store.lastSequence()
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const [event] = await store.eventsAfter(tenantId, middle, 1)
    if (event !== undefined && event.time < time) low = middle
    else high = middle
  }
  return low
}
