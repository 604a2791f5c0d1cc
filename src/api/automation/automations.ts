/**
 * Room `api/automation`: routes about automations and their runs, in the shapes that clients use. Decoding,
 * one use case and encoding enter.
 *
 * Automations: create, read, change, switch, copy, hand over, delete (contract 05, section 9).
 */
import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import {
  type AutomationUseDeps,
  copyAutomation,
  createAutomation,
  findAutomation,
  moveAutomation,
  removeAutomation,
  replaceAutomation,
  rotateToken,
  switchAutomation,
} from '../../automation/automation.ts'
import { callerOf } from '../http/authenticate.ts'
import { bodyMayBeMissing } from '../http/body-shape.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems } from '../http/problem.ts'
import { registerAutomationLists } from './automation-list.ts'
import { registerAutomationRuns } from './automation-runs.ts'
import {
  AUTOMATION_NAME_MAX_CHARACTERS,
  AUTOMATIONS_PATH,
  AutomationChange,
  AutomationRecord,
  automationRecord,
  ById,
  NewAutomation,
  TAGS,
} from './automation-wire.ts'

export function registerAutomations(server: ApiServer, deps: ApiDeps): void {
  const uses: AutomationUseDeps = { ...deps, hashOf }
  registerAutomationLists(server, deps)
  registerOne(server, uses)
  registerSwitches(server, uses)
  registerOthers(server, uses)
  registerAutomationRuns(server, deps)
}

function registerOne(server: ApiServer, deps: AutomationUseDeps): void {
  server.post(
    AUTOMATIONS_PATH,
    {
      schema: {
        operationId: 'createAutomation',
        summary: 'Create an automation',
        description:
          'Takes the document of a GET, too. All that is wrong with the document is told at once, each by its pointer. An automation with the trigger `webhook` is answered with its token, once.',
        tags: TAGS,
        body: NewAutomation,
        response: { 201: AutomationRecord, ...problems(400, 403, 413, 415) },
      },
    },
    async (request, reply) => {
      const { automation, token } = done(await createAutomation(deps, callerOf(request), request.body))
      return reply.code(201).send(automationRecord(automation, token))
    },
  )
  server.get(
    `${AUTOMATIONS_PATH}/:id`,
    {
      schema: {
        operationId: 'getAutomation',
        summary: 'Get an automation',
        description: 'Only for its owner.',
        tags: TAGS,
        params: ById,
        response: { 200: AutomationRecord, ...problems(403, 404) },
      },
    },
    async (request) =>
      automationRecord(done(await findAutomation(deps, callerOf(request), request.params.id, 'own'))),
  )
  registerChanges(server, deps)
}

function registerChanges(server: ApiServer, deps: AutomationUseDeps): void {
  server.put(
    `${AUTOMATIONS_PATH}/:id`,
    {
      schema: {
        operationId: 'updateAutomation',
        summary: 'Change an automation',
        description: 'What is left out stays as it is; runs that were asked for before go on as they were.',
        tags: TAGS,
        params: ById,
        body: AutomationChange,
        response: { 200: AutomationRecord, ...problems(400, 403, 404, 413, 415) },
      },
    },
    async (request) => {
      const { id } = request.params
      const { automation, token } = done(await replaceAutomation(deps, callerOf(request), id, request.body))
      return automationRecord(automation, token)
    },
  )
  server.delete(
    `${AUTOMATIONS_PATH}/:id`,
    {
      schema: {
        operationId: 'deleteAutomation',
        summary: 'Delete an automation with its runs',
        description: 'Also for a TenantAdmin. What its runs began, such as a reload, goes on.',
        tags: TAGS,
        params: ById,
        response: { 204: Type.Null(), ...problems(404) },
      },
    },
    async (request, reply) => {
      done(await removeAutomation(deps, callerOf(request), request.params.id))
      return reply.code(204).send(null)
    },
  )
}

function registerSwitches(server: ApiServer, deps: AutomationUseDeps): void {
  for (const [action, operationId, enabled, summary] of [
    ['enable', 'enableAutomation', true, 'Enable an automation'],
    ['disable', 'disableAutomation', false, 'Disable an automation: no run begins any more'],
  ] as const) {
    server.post(
      `${AUTOMATIONS_PATH}/:id/actions/${action}`,
      {
        schema: {
          operationId,
          summary,
          description: 'Also for a TenantAdmin.',
          tags: TAGS,
          params: ById,
          response: { 204: Type.Null(), ...problems(404) },
        },
      },
      async (request, reply) => {
        done(await switchAutomation(deps, callerOf(request), request.params.id, enabled))
        return reply.code(204).send(null)
      },
    )
  }
}

function registerOthers(server: ApiServer, deps: AutomationUseDeps): void {
  server.post(
    `${AUTOMATIONS_PATH}/:id/actions/copy`,
    {
      preValidation: bodyMayBeMissing,
      schema: {
        operationId: 'copyAutomation',
        summary: 'Copy an automation',
        description: 'The copy is disabled, and has a token of its own.',
        tags: TAGS,
        params: ById,
        body: Type.Object({
          name: Type.Optional(Type.String({ minLength: 1, maxLength: AUTOMATION_NAME_MAX_CHARACTERS })),
        }),
        response: { 201: AutomationRecord, ...problems(400, 403, 404) },
      },
    },
    async (request, reply) => {
      const { params, body } = request
      const copied = done(await copyAutomation(deps, callerOf(request), params.id, body.name))
      return reply.code(201).send(automationRecord(copied.automation, copied.token))
    },
  )
  registerHandOver(server, deps)
}

function registerHandOver(server: ApiServer, deps: AutomationUseDeps): void {
  for (const [action, operationId] of [
    ['move', 'moveAutomation'],
    ['change-owner', 'changeOwnerAutomation'],
  ] as const) {
    server.post(
      `${AUTOMATIONS_PATH}/:id/actions/${action}`,
      {
        schema: {
          operationId,
          summary: 'Hand an automation over to another user',
          description: 'Needs TenantAdmin. From then on its steps may what that user may.',
          tags: TAGS,
          params: ById,
          body: Type.Object({ userId: Type.String() }),
          response: { 204: Type.Null(), ...problems(400, 403, 404) },
        },
      },
      async (request, reply) => {
        const { params, body } = request
        done(await moveAutomation(deps, callerOf(request), params.id, body.userId))
        return reply.code(204).send(null)
      },
    )
  }
  server.post(
    `${AUTOMATIONS_PATH}/:id/actions/rotate-token`,
    {
      schema: {
        operationId: 'rotateAutomationToken',
        summary: 'Give the trigger address a new token',
        description: 'Extension. The token before it opens nothing any more; the new one is shown once.',
        tags: TAGS,
        params: ById,
        response: { 200: AutomationRecord, ...problems(403, 404, 409) },
      },
    },
    async (request) => {
      const { automation, token } = done(await rotateToken(deps, callerOf(request), request.params.id))
      return automationRecord(automation, token)
    },
  )
}

/** SHA-256, hex. */
function hashOf(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex')
}
