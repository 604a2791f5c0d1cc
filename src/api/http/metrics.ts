/**
 * Numbers for Prometheus: how much waits and runs, how reloads ended since the start, how long requests took.
 * Counts come from the store when they are asked for, so that nothing has to be kept in step. Open to
 * everybody; no names in labels.
 */
import { Counter, Gauge, Histogram } from 'prom-client'
import { Type } from 'typebox'
import { OUTCOMES } from '../../core/outcome.ts'
import { wallsStanding } from '../../engine/wall-report.ts'
import { FINISHED_EVENT_TYPE } from '../../event/event-types.ts'
import type { ApiDeps, ApiServer } from './deps.ts'

const EVENTS_PER_COUNT = 500

declare module 'fastify' {
  interface FastifyRequest {
    /** The answer came late because the caller asked for that. */
    waited?: boolean
  }
}

/** Measures every request of the server; to be installed before routes are registered. */
export function installMetrics(server: ApiServer, deps: ApiDeps): void {
  server.decorateRequest('waited')
  const durations = new Histogram({
    name: 'reprise_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer; event streams and waits for outcomes are not counted.',
    labelNames: ['method', 'route', 'status'],
    registers: [deps.metrics],
  })
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    if (request.routeOptions.config.isStream === true || request.waited === true) return
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
  installCounts(deps)
  const outcomes = new OutcomeCount(deps)
  server.addHook('onReady', () => outcomes.start())
}

export function registerMetrics(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: 'Numbers for Prometheus',
        tags: ['operation'],
        security: [],
        produces: ['text/plain'],
        response: { 200: Type.String() },
      },
    },
    async (_request, reply) => {
      const text = await deps.metrics.metrics()
      return reply.type(deps.metrics.contentType).send(text)
    },
  )
}

function installCounts({ store, metrics, world, engineWall }: ApiDeps): void {
  const walls = new Gauge({
    name: 'reprise_engine_walls',
    help: 'Walls around an engine process: the permission model of Node, and that of the operating system.',
    labelNames: ['second'],
    registers: [metrics],
  })
  walls.set({ second: engineWall.kind }, wallsStanding(engineWall))
  const queued = new Gauge({ name: 'reprise_reloads_queued', help: 'Reloads that wait.', registers: [] })
  const running = new Gauge({ name: 'reprise_reloads_running', help: 'Reloads that run.', registers: [] })
  const longestWait = new Gauge({
    name: 'reprise_reloads_longest_wait_seconds',
    help: 'Longest time that a waiting reload has waited, all its waits together; 0 when none waits.',
    registers: [],
  })
  const pending = new Gauge({
    name: 'reprise_deliveries_pending',
    help: 'Deliveries not yet made or given up.',
    registers: [],
    // Collected first of them: one reading of the store serves all.
    async collect() {
      const counts = await store.counts()
      queued.set(counts.queued)
      running.set(counts.running)
      pending.set(counts.pendingDeliveries)
      const waitedMs = counts.waitsSince === undefined ? 0 : world.clock.now() - counts.waitsSince
      longestWait.set(Math.max(0, waitedMs) / 1000)
    },
  })
  for (const gauge of [pending, queued, running, longestWait]) metrics.registerMetric(gauge)
}

/** Counts finished events from the sequence at the start on: each reload has one, so each is counted once. */
class OutcomeCount {
  readonly #deps: ApiDeps
  readonly #counter: Counter
  #counted = 0
  /** Scrapes that overlap take turns, so that no event is counted twice. */
  #turn: Promise<void> = Promise.resolve()

  constructor(deps: ApiDeps) {
    this.#deps = deps
    this.#counter = new Counter({
      name: 'reprise_reloads_ended_total',
      help: 'Reloads that ended since the start of the process, by outcome.',
      labelNames: ['outcome'],
      registers: [deps.metrics],
      collect: () => this.#next(),
    })
    for (const outcome of OUTCOMES) this.#counter.inc({ outcome }, 0)
  }

  async start(): Promise<void> {
    this.#counted = await this.#deps.store.lastSequence()
  }

  #next(): Promise<void> {
    const turn = this.#turn.then(() => this.#count())
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #count(): Promise<void> {
    const { store } = this.#deps
    const newest = await store.lastSequence()
    const outcomes: string[] = []
    for (const tenant of await store.tenants()) {
      let at = this.#counted
      while (at < newest) {
        const events = await store.eventsAfter(tenant.id, at, EVENTS_PER_COUNT)
        const counted = events.filter(
          ({ type, sequence }) => type === FINISHED_EVENT_TYPE && sequence <= newest,
        )
        outcomes.push(...counted.map(({ body }) => String(body.data.status)))
        at = events.length < EVENTS_PER_COUNT ? newest : events.at(-1)!.sequence
      }
    }
    for (const outcome of outcomes) this.#counter.inc({ outcome })
    this.#counted = newest
  }
}
