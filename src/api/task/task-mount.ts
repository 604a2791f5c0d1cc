/**
 * What the routes of tasks share under each prefix: where they are mounted, their refusals, and what they
 * forgive (contract 07: empty query values and null members count as absent, of a repeated parameter the last
 * counts).
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { findTask, type SeenTask } from '../../catalog/task-access.ts'
import type { TaskDeps } from '../../catalog/task-deps.ts'
import { isDeeperThan, LEVELS_MAX } from '../../core/json-depth.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, refuse } from '../http/problem.ts'
import type { ScheduleWorld } from './read-schedule.ts'
import { TaskProblem, taskProblem } from './task-problem.ts'

export type Prefix = 'v1' | 'scheduling'

/** One prefix as it is registered: where, and with which manners. */
export interface Mount {
  readonly server: ApiServer
  readonly deps: ApiDeps
  readonly prefix: Prefix
  readonly path: string
  /** What the schema of every route has; the operation's name within its prefix. */
  readonly about: (name: string) => { operationId: string; tags: string[]; deprecated: boolean }
}

const PATHS: Readonly<Record<Prefix, string>> = {
  v1: '/api/v1/tasks',
  scheduling: '/api/scheduling/tasks',
}

/** Deprecated since 2026-11-03 (RFC 9745: seconds of the epoch), gone on or after 2027-11-01 (RFC 8594). */
export const DEPRECATION = {
  deprecation: '@1793664000',
  sunset: 'Mon, 01 Nov 2027 00:00:00 GMT',
  link: `<${PATHS.scheduling}>; rel="successor-version"`,
}

/** Codes of the tasks in the place of those of every route. */
const NAMES = { badRequest: 'taskMalformed', forbidden: 'taskForbidden', notFound: 'taskNotFound' } as const

export function mounted(
  server: ApiServer,
  deps: ApiDeps,
  prefix: Prefix,
  register: readonly ((mount: Mount) => void)[],
): void {
  server.register(async (scope: ApiServer) => {
    // Documents are given back as they were sent: no serializer may leave members out.
    scope.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
    scope.addHook('onRoute', (route) => {
      const problems = {
        names: NAMES,
        shape: (problem: Parameters<typeof taskProblem>[0], facts: Parameters<typeof taskProblem>[1]) =>
          taskProblem(problem, facts, deps.world.clock.now()),
      }
      route.config = { ...route.config, problems }
    })
    scope.addHook('preValidation', forgive)
    if (prefix === 'v1') scope.addHook('onRequest', deprecated)
    const about = (name: string) => ({
      operationId: prefix === 'v1' ? `${name}V1` : name,
      tags: ['tasks'],
      deprecated: prefix === 'v1',
    })
    for (const one of register) one({ server: scope, deps, prefix, path: PATHS[prefix], about })
  })
}

export async function deprecated(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(DEPRECATION)
}

export async function forgive(request: FastifyRequest): Promise<void> {
  const query = Object.entries(request.query as Record<string, unknown>)
    .map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value] as const)
    .filter(([, value]) => value !== '')
  request.query = Object.fromEntries(query)
  assertShallow(request.body)
  if (!Array.isArray(request.body)) request.body = withoutNulls(request.body)
}

/** @throws refusal 400 */
export function assertShallow(document: unknown): void {
  if (!isDeeperThan(document, LEVELS_MAX)) return
  throw refuse('badRequest', { detail: `it is nested more than ${LEVELS_MAX} levels deep`, pointer: '' })
}

/** Members that are null are left out; in lists they stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  )
}

/** Response schemas of a route's refusals; 401, 429, 500 and 503 are added. */
export function taskProblems<Status extends number>(
  ...statuses: readonly Status[]
): Record<Status | 401 | 429 | 500 | 503, typeof TaskProblem> {
  const all = [...statuses, 401, 429, 500, 503] as const
  return Object.fromEntries(all.map((status) => [status, TaskProblem])) as Record<
    Status | 401 | 429 | 500 | 503,
    typeof TaskProblem
  >
}

export const ById = Type.Object({ id: Type.String() })

export function scheduleWorld({ zones, world, limits }: ApiDeps): ScheduleWorld {
  return { zones, now: world.clock.now(), minimumGapMs: limits.scheduleGapMs }
}

export function taskDeps({ store, world, limits, zones }: ApiDeps): TaskDeps {
  return { store, world, limits, zones }
}

/**
 * The task of the path with its app, when the caller may see it.
 * @throws refusals 403 and 404
 */
export async function taskOf(deps: ApiDeps, request: FastifyRequest): Promise<SeenTask> {
  const { id } = request.params as { id: string }
  return done(await findTask(deps.store, callerOf(request).user, id, 'task'))
}
