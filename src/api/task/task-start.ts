/** Starts a task by hand (contract 03, sections 2 and 6). */
import { Type } from 'typebox'
import { changeOne } from '../../catalog/deps.ts'
import { defined } from '../../core/defined.ts'
import type { ReloadId } from '../../core/ids.ts'
import { isOutcome } from '../../core/outcome.ts'
import type { TaskRun } from '../../core/task/run.ts'
import { timeText } from '../../core/time-text.ts'
import { provenanceOf } from '../../intake/provenance.ts'
import { type StartAnswer, startingTask } from '../../trigger/start-task.ts'
import { callerOf } from '../http/authenticate.ts'
import { absoluteLink } from '../http/page.ts'
import { refuse } from '../http/problem.ts'
import { may } from '../http/rights.ts'
import { askedFrom } from '../reload/asked-from.ts'
import { keyOfOtherPayload, readIdempotencyKey } from '../reload/idempotency-key.ts'
import { RETRY_AFTER, readWait, WaitQuery, waitForOutcome } from '../reload/outcome-wait.ts'
import { ById, type Mount, taskOf, taskProblems } from './task-mount.ts'

const SOURCE_MAX_CHARACTERS = 256

const Answer = Type.Object(
  {
    status_code: Type.Integer(),
    code: Type.String({ description: 'CHO-000' }),
    message: Type.String(),
    context: Type.String(),
    timestamp: Type.String({ format: 'date-time' }),
    value: Type.Null(),
    runId: Type.String({ description: 'Extension' }),
    reloadId: Type.Optional(Type.String({ description: 'Extension' })),
  },
  { title: 'TaskStarted' },
)

export function registerTaskStart({ server, deps, path, about }: Mount): void {
  server.post(
    `${path}/:id/actions/start`,
    {
      config: { tier: 'reload' },
      schema: {
        summary: 'Start a task now',
        description:
          'Its reload is made for its owner. With an `Idempotency-Key` header (an extension) a repeated request answers the same run; with another source it is refused with 422. Refused while it is off, and with 409 while its app has a reload that has not ended. With `wait` (an extension) the answer comes when that reload has ended, else 202 after the wait; `Location` is the run.',
        ...about('startTask'),
        params: ById,
        headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String()) }),
        querystring: Type.Object({
          source: Type.Optional(
            Type.String({
              maxLength: SOURCE_MAX_CHARACTERS,
              description: 'What the run shows as triggeredBy; manual by default',
            }),
          ),
          wait: WaitQuery.properties.wait,
        }),
        response: { 200: Answer, 202: Answer, ...taskProblems(400, 403, 404, 409, 422) },
      },
    },
    async (request, reply) => {
      const { source, wait } = request.query
      const waitMs = readWait(wait)
      const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key'])
      const caller = callerOf(request)
      const { task, app } = await taskOf(deps, request)
      if (!(await may(deps, caller, app, 'reload'))) {
        throw refuse('taskForbidden', { detail: 'the right to reload the app of the task is missing' })
      }
      const parts = { ...deps.settleRules, reloadsPerAppAndDay: deps.limits.reloadsPerAppAndDay }
      const ref = { tenantId: task.tenantId, taskId: task.id }
      const asked = provenanceOf(caller, askedFrom(request), deps.eventClaims)
      const by = { userId: caller.user.id, asked, ...defined({ source }) }
      const key = idempotencyKey && `hand:${caller.user.id}:${idempotencyKey}`
      const answer = await changeOne(deps.store, startingTask(parts, ref, by, key))
      const run = begun(answer)
      const { id: runId, reloadId } = run
      const told = {
        status_code: 200,
        code: 'CHO-000',
        message: '',
        context: 'StartTask',
        timestamp: timeText(deps.world.clock.now()),
        value: null,
        runId,
        reloadId,
      }
      reply.header('location', absoluteLink(deps, request, `${path}/${task.id}/runs/${runId}`))
      if (waitMs === undefined) return reply.code(200).send(told)
      const waited = { tenantId: task.tenantId, id: reloadId }
      const { state } = await waitForOutcome(deps, request, reply, waited, waitMs)
      const ended = isOutcome(state)
      if (!ended) reply.header('retry-after', RETRY_AFTER)
      return reply.code(ended ? 200 : 202).send(told)
    },
  )
}

/** The run with its reload. */
function begun(answer: StartAnswer): TaskRun & { readonly reloadId: ReloadId } {
  switch (answer.kind) {
    case 'no-task':
      throw refuse('taskNotFound', { detail: 'the task was deleted', parameter: 'id' })
    case 'off':
      throw refuse('taskMalformed', { detail: 'the task is off: enable it first', parameter: 'id' })
    case 'other-payload':
      throw keyOfOtherPayload()
    case 'pending':
      throw refuse('conflict', {
        detail: 'the app has a reload that has not ended: wait for its end, or cancel it',
        meta: { pendingReloadId: answer.pendingReloadId },
      })
    case 'started': {
      const { run } = answer
      const { reloadId } = run
      if (reloadId !== undefined) return { ...run, reloadId }
      throw refuse('taskForbidden', { detail: `the run ${run.id} failed: ${run.refusal}` })
    }
  }
}
