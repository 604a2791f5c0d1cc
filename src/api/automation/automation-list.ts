/** Lists of automations and of runs: filters, sorts and pages in the names that clients use. */
import { Type } from 'typebox'
import { findAutomation } from '../../automation/automation.ts'
import { RUN_MODES } from '../../core/automation/automation.ts'
import { RUN_STATES } from '../../core/automation/run-state.ts'
import type { FilterNode } from '../../core/filter.ts'
import { type FilterRules, parseFilter } from '../../core/filter-parse.ts'
import { isTenantAdmin } from '../../core/rights.ts'
import { all, type Condition, filtered, is } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { positionOf, type Sort } from '../../store/port/lists.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { CursorPage, namedLinks, type PageNames, readNamedPage } from '../http/named-page.ts'
import { type PageRules, pageParameters, pageSchema } from '../http/page.ts'
import { done, problems, refuse } from '../http/problem.ts'
import {
  AUTOMATIONS_PATH,
  AutomationRow,
  automationRow,
  ById,
  LAST_STATUSES,
  RunRow,
  runRow,
  TAGS,
} from './automation-wire.ts'

/** One name serves both ways. */
const CURSOR: PageNames = { next: 'cursor', prev: 'cursor' }

type AutomationSort =
  | 'id'
  | 'name'
  | 'runMode'
  | 'state'
  | 'createdAt'
  | 'updatedAt'
  | 'lastRunAt'
  | 'lastRunStatus'
  | 'maxConcurrentRuns'

const AUTOMATIONS: PageRules<AutomationSort> = {
  fields: [
    'id',
    'name',
    'runMode',
    'state',
    'createdAt',
    'updatedAt',
    'lastRunAt',
    'lastRunStatus',
    'maxConcurrentRuns',
  ],
  defaultSort: { field: 'createdAt', descending: true },
  defaultLimit: 20,
  maxLimit: 100,
}

const AUTOMATION_FILTER: FilterRules = {
  attributes: {
    name: 'any',
    runMode: Object.values(RUN_MODES),
    lastRunStatus: LAST_STATUSES,
    ownerId: 'any',
    spaceId: 'any',
  },
  operators: ['eq', 'ne'],
  searchable: ['name'],
}

const AUTOMATION_FIELDS: Readonly<Record<string, FieldOf<'automations'>>> = {
  name: 'name',
  runMode: 'runMode',
  lastRunStatus: 'lastRunState',
  ownerId: 'ownerId',
  spaceId: 'spaceId',
}

const RUNS: PageRules<'id' | 'status' | 'startTime' | 'createdAt'> = {
  fields: ['id', 'status', 'startTime', 'createdAt'],
  defaultSort: { field: 'createdAt', descending: true },
  defaultLimit: 20,
  maxLimit: 100,
}

const RUN_FIELDS = { id: 'id', status: 'state', startTime: 'startedAt', createdAt: 'createdAt' } as const

const RUN_FILTER: FilterRules = { attributes: { status: RUN_STATES }, operators: ['eq', 'ne'] }

function listParameters(rules: PageRules<string>) {
  const { limit, sort } = pageParameters(rules)
  return { limit, sort, cursor: Type.Optional(CursorPage), filter: Type.Optional(Type.String()) }
}

export function registerAutomationLists(server: ApiServer, deps: ApiDeps): void {
  registerAutomationList(server, deps)
  registerRunList(server, deps)
}

function registerAutomationList(server: ApiServer, deps: ApiDeps): void {
  server.get(
    AUTOMATIONS_PATH,
    {
      schema: {
        operationId: 'getAutomations',
        summary: 'List automations',
        description:
          'Those of the caller; with `listAll` those of the tenant, which needs TenantAdmin. `filter` (SCIM) names name, runMode, lastRunStatus, ownerId and spaceId.',
        tags: TAGS,
        querystring: Type.Object({ ...listParameters(AUTOMATIONS), listAll: Type.Optional(Type.Boolean()) }),
        response: {
          200: pageSchema('Automations', AutomationRow),
          ...problems(400, 403),
        },
      },
    },
    async (request) => {
      const { limit, cursor, sort, ...selection } = request.query
      const page = readNamedPage(deps, request, request.query, AUTOMATIONS, selection, CURSOR)
      const { tenantId, user } = callerOf(request)
      const { listAll = false, filter } = selection
      if (listAll && !isTenantAdmin(user)) {
        throw refuse('forbidden', { detail: 'listAll needs the role TenantAdmin', parameter: 'listAll' })
      }
      const order = automationOrder(page.sort)
      const listed = await deps.store.list('automations', {
        tenantId,
        where: all(listAll ? undefined : is('ownerId', user.id), automationFilter(filter)),
        sort: order,
        page: page.page,
      })
      return {
        data: listed.rows.map(automationRow),
        links: namedLinks(deps, request, page, listed, (row) => positionOf('automations', row, order.field)),
      }
    },
  )
}

function registerRunList(server: ApiServer, deps: ApiDeps): void {
  server.get(
    `${AUTOMATIONS_PATH}/:id/runs`,
    {
      schema: {
        operationId: 'getAutomationRuns',
        summary: 'List the runs of an automation',
        description: 'Also for a TenantAdmin. `filter` (SCIM) names status.',
        tags: TAGS,
        params: ById,
        querystring: Type.Object(listParameters(RUNS)),
        response: { 200: pageSchema('AutomationRuns', RunRow), ...problems(400, 404) },
      },
    },
    async (request) => {
      const { id } = request.params
      const { filter } = request.query
      const page = readNamedPage(deps, request, request.query, RUNS, { id, filter }, CURSOR)
      const caller = callerOf(request)
      const automation = done(await findAutomation(deps, caller, id, 'administer'))
      const node = readFilter(filter, RUN_FILTER)
      const field = RUN_FIELDS[page.sort.field]
      const listed = await deps.store.list('automationRuns', {
        tenantId: caller.tenantId,
        where: all(is('automationId', automation.id), node && filtered(node, { status: 'state' })),
        sort: { ...page.sort, field },
        page: page.page,
      })
      return {
        data: listed.rows.map(runRow),
        links: namedLinks(deps, request, page, listed, (row) => positionOf('automationRuns', row, field)),
      }
    },
  )
}

/** "available" comes before "disabled". */
function automationOrder({ field, descending }: Sort<AutomationSort>): Sort<FieldOf<'automations'>> {
  if (field === 'state') return { field: 'enabled', descending: !descending }
  return { field: field === 'lastRunStatus' ? 'lastRunState' : field, descending }
}

function automationFilter(text: string | undefined): Condition<FieldOf<'automations'>> | undefined {
  const node = readFilter(text, AUTOMATION_FILTER)
  return node && filtered(node, AUTOMATION_FIELDS)
}

function readFilter(text: string | undefined, rules: FilterRules): FilterNode | undefined {
  if (text === undefined || text === '') return undefined
  const parsed = parseFilter(text, rules)
  if (parsed.kind === 'filter') return parsed.filter
  throw refuse('badRequest', { detail: `filter: ${parsed.detail}`, parameter: 'filter' })
}
