/**
 * Room `api`: the HTTP server, put together from the groups of routes; it stands above them, so that they may
 * share `api/http`. Nothing but composition enters.
 *
 * The HTTP server, built but not listening: main/ gives it its parts and a port. Every path under /api needs
 * a credential and is rate limited; health, metrics, the OpenAPI document and the pages on which people sign
 * in are open. A resource is one file
 * with one `register` function, named in the list below.
 */
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import { registerAlerts } from './alert/alerts.ts'
import { registerAppList } from './app/app-list.ts'
import { registerApps } from './app/apps.ts'
import { registerDataModel } from './app/data-model.ts'
import { registerItemChanges } from './app/item-changes.ts'
import { registerItems } from './app/items.ts'
import { registerLineage } from './app/lineage.ts'
import { registerPlacement } from './app/placement.ts'
import { registerPublish } from './app/publish.ts'
import { registerScriptVersions } from './app/script-versions.ts'
import { registerScripts } from './app/scripts.ts'
import { registerTempContents } from './app/temp-contents.ts'
import { registerTransfer } from './app/transfer.ts'
import { registerValidateScript } from './app/validate-script.ts'
import { registerTriggerAddress } from './automation/automation-runs.ts'
import { registerAutomations } from './automation/automations.ts'
import { registerCoreDataFiles } from './data-file/core-data-files.ts'
import { registerDataFileActions } from './data-file/data-file-actions.ts'
import { registerDataFileConnections } from './data-file/data-file-connections.ts'
import { registerDataFiles } from './data-file/data-files.ts'
import { registerAuditFacts } from './event/audit-facts.ts'
import { registerAudits } from './event/audits.ts'
import { registerStream } from './event/stream.ts'
import { registerStreamTicket } from './event/stream-ticket.ts'
import { installActing } from './http/acting.ts'
import { installAuthentication } from './http/authenticate.ts'
import { installBodies } from './http/body.ts'
import { installConnectionEnd } from './http/connections.ts'
import { installCors } from './http/cors.ts'
import { installCsrf } from './http/csrf.ts'
import { declareRights } from './http/declared-rights.ts'
import type { ApiDeps, ApiServer } from './http/deps.ts'
import { installForwarded } from './http/forwarded.ts'
import { registerHealth } from './http/health.ts'
import { installHostCheck, installOwnHost } from './http/host-check.ts'
import { closeListQueries } from './http/list-queries.ts'
import { installMetrics, registerMetrics } from './http/metrics.ts'
import { keepRefusalsForDocument, openApi, registerDocuments } from './http/open-api.ts'
import { RoutePaths } from './http/paths.ts'
import { answerClientError, answerFrameworkError, installProblems } from './http/problem.ts'
import { installRateLimit } from './http/rate-limit.ts'
import { installBodyRate } from './http/slow-requests.ts'
import { tlsOptions } from './http/tls.ts'
import { installTrace } from './http/trace.ts'
import { schemaCompiler } from './http/validate.ts'
import { registerApiKeyRules } from './people/api-key-rules.ts'
import { registerApiKeys } from './people/api-keys.ts'
import { registerGroups } from './people/groups.ts'
import { registerIdentityProviders } from './people/identity-providers.ts'
import { registerOAuthClients } from './people/oauth-clients.ts'
import { registerOAuthToken } from './people/oauth-token.ts'
import { registerOperator } from './people/operator.ts'
import { registerQuotas } from './people/quotas.ts'
import { registerRoles } from './people/roles.ts'
import { registerSpaceAssignments } from './people/space-assignments.ts'
import { registerSpaces } from './people/spaces.ts'
import { registerTenants } from './people/tenants.ts'
import { registerUsers } from './people/users.ts'
import { registerCrashMarks } from './reload/crash-marks.ts'
import { registerReloadLogs } from './reload/reload-logs.ts'
import { registerReloads } from './reload/reloads.ts'
import { registerCsrfToken } from './sign-in/csrf-token.ts'
import { registerSessions } from './sign-in/sessions.ts'
import { registerSignIn } from './sign-in/sign-in.ts'
import { registerReloadTasks } from './task/reload-tasks.ts'
import { registerTaskSettings } from './task/task-settings.ts'
import { registerTasks } from './task/tasks.ts'
import { registerWebhooks } from './webhook/webhooks.ts'

/**
 * A connection on which nothing moves for so long is closed; event streams send something every 15 seconds.
 */
const SILENCE_MAX_MS = 120_000

/** Resources behind authentication. */
const RESOURCES: readonly ((server: ApiServer, deps: ApiDeps) => void)[] = [
  registerReloads,
  registerTasks,
  registerReloadTasks,
  registerTaskSettings,
  registerWebhooks,
  registerAlerts,
  registerApps,
  registerAppList,
  registerPublish,
  registerTransfer,
  registerTempContents,
  registerPlacement,
  registerCrashMarks,
  registerScripts,
  registerScriptVersions,
  registerValidateScript,
  registerReloadLogs,
  registerDataModel,
  registerLineage,
  registerDataFiles,
  registerDataFileActions,
  registerCoreDataFiles,
  registerDataFileConnections,
  registerSpaces,
  registerSpaceAssignments,
  registerStream,
  registerStreamTicket,
  registerUsers,
  registerRoles,
  registerGroups,
  registerTenants,
  registerApiKeys,
  registerApiKeyRules,
  registerOAuthClients,
  registerIdentityProviders,
  registerItems,
  registerItemChanges,
  registerAudits,
  registerAuditFacts,
  registerQuotas,
  registerAutomations,
  registerCsrfToken,
  registerSessions,
]

export function buildServer(deps: ApiDeps): ApiServer {
  const paths = new RoutePaths(deps.basePath)
  const server: ApiServer = Fastify({
    ...tlsOptions(deps),
    rewriteUrl: ({ url = '/' }) => paths.read(url),
    bodyLimit: deps.limits.requestBodyBytes,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
    connectionTimeout: SILENCE_MAX_MS,
    return503OnClosing: false,
    trustProxy: deps.trustedProxies.length === 0 ? false : [...deps.trustedProxies],
    routerOptions: { maxParamLength: 256 },
  })
  server.setValidatorCompiler(schemaCompiler())
  installForwarded(server, deps)
  installCors(server, deps)
  installConnectionEnd(server, deps)
  installBodyRate(server)
  paths.watch(server)
  installProblems(server, deps, paths)
  installTrace(server, deps)
  installBodies(server, deps)
  installMetrics(server, deps)
  closeListQueries(server)
  keepRefusalsForDocument(server)
  installActing(server)
  server.register(swagger, openApi(deps))
  server.register(async (open: ApiServer) => {
    registerHealth(open, deps)
    registerMetrics(open, deps)
    registerDocuments(open, deps)
    registerTriggerAddress(open, deps)
  })
  server.register(async (token: ApiServer) => {
    installHostCheck(token, deps)
    registerOAuthToken(token, deps)
  })
  server.register(async (operator: ApiServer) => registerOperator(operator, deps))
  server.register(async (signIn: ApiServer) => {
    installHostCheck(signIn, deps)
    registerSignIn(signIn, deps)
  })
  server.register(async (guarded: ApiServer) => {
    installHostCheck(guarded, deps)
    installAuthentication(guarded, deps)
    installOwnHost(guarded, deps)
    installCsrf(guarded)
    installRateLimit(guarded, deps)
    declareRights(guarded)
    for (const register of RESOURCES) register(guarded, deps)
  })
  return server
}
