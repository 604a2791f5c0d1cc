/**
 * Is the process alive, and does it take requests: for service managers and load balancers. Open to
 * everybody.
 */
import { Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import type { ApiDeps, ApiServer } from './deps.ts'
import { Problem, refuse } from './problem.ts'

const BrokerState = Type.Optional(Type.Enum(['up', 'down']))

const Readiness = Type.Object(
  {
    status: Type.Enum(['ready']),
    brokers: Type.Optional(Type.Object({ nats: BrokerState, kafka: BrokerState })),
    wall: Type.Enum(['bwrap+seccomp', 'none']),
    wallMissing: Type.Optional(Type.String()),
  },
  { title: 'Readiness' },
)

const ABOUT = { tags: ['operation'], security: [] }

export function registerHealth(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/healthz',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Is the process alive',
        ...ABOUT,
        response: { 200: Type.Object({ status: Type.Enum(['ok']), version: Type.String() }) },
      },
    },
    async () => ({ status: 'ok' as const, version: deps.version }),
  )
  server.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        summary: 'Does the service take requests',
        description:
          '503 while it starts or stops, and while its store does not answer. `wall` is the second wall around engine processes, beside the permission model of Node; `wallMissing` says why there is none. `brokers` names each configured broker: while one is down its events wait, and reloads go on; the log tells why.',
        ...ABOUT,
        response: { 200: Readiness, 503: Problem },
      },
    },
    async () => {
      if (!deps.ready()) throw refuse('unavailable', { detail: 'the service is starting or stopping' })
      await deps.store.lastSequence().catch((error: unknown) => {
        deps.world.log.warn('the store does not answer', { error: String(error) })
        throw refuse('unavailable', { detail: 'the store does not answer' })
      })
      const brokers = deps.brokers()
      const { kind, missing } = deps.engineWall
      return {
        status: 'ready' as const,
        wall: kind,
        ...defined({ wallMissing: missing }),
        ...(Object.keys(brokers).length === 0 ? {} : { brokers }),
      }
    },
  )
}
