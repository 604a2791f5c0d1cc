/**
 * The HTTP server, built but not listening: main/ gives it its parts and a port. Every path under /api needs an API key
 * and is rate limited; health, metrics and the OpenAPI document are open. A resource is one file with one `register`
 * function, named in the list below.
 */
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import { registerApiKeys } from './api-keys.ts'
import { registerApps } from './apps.ts'
import { registerAudits } from './audits.ts'
import { installAuthentication } from './authenticate.ts'
import { installBodies } from './body.ts'
import { installConnectionEnd } from './connections.ts'
import { registerCrashMarks } from './crash-marks.ts'
import { registerDataFileConnections } from './data-file-connections.ts'
import { registerDataFiles } from './data-files.ts'
import { registerDataModel } from './data-model.ts'
import type { ApiDeps, ApiServer } from './deps.ts'
import { registerHealth } from './health.ts'
import { installHostCheck } from './host-check.ts'
import { registerItems } from './items.ts'
import { installMetrics, registerMetrics } from './metrics.ts'
import { keepRefusalsForDocument, openApi, registerDocuments } from './open-api.ts'
import { registerOperator } from './operator.ts'
import { answerClientError, answerFrameworkError, installProblems } from './problem.ts'
import { registerQuotas } from './quotas.ts'
import { installRateLimit } from './rate-limit.ts'
import { registerReloadLogs } from './reload-logs.ts'
import { registerReloads } from './reloads.ts'
import { registerScripts } from './scripts.ts'
import { registerSpaceAssignments } from './space-assignments.ts'
import { registerSpaces } from './spaces.ts'
import { registerStream } from './stream.ts'
import { registerTenants } from './tenants.ts'
import { installTrace } from './trace.ts'
import { registerUsers } from './users.ts'
import { schemaCompiler } from './validate.ts'
import { registerValidateScript } from './validate-script.ts'
import { registerWebhooks } from './webhooks.ts'

/** A connection on which nothing moves for so long is closed; event streams send something every 15 seconds. */
const SILENCE_MAX_MS = 120_000

/** Resources behind authentication. */
const RESOURCES: readonly ((server: ApiServer, deps: ApiDeps) => void)[] = [
  registerReloads,
  registerWebhooks,
  registerApps,
  registerCrashMarks,
  registerScripts,
  registerValidateScript,
  registerReloadLogs,
  registerDataModel,
  registerDataFiles,
  registerDataFileConnections,
  registerSpaces,
  registerSpaceAssignments,
  registerStream,
  registerUsers,
  registerTenants,
  registerApiKeys,
  registerItems,
  registerAudits,
  registerQuotas,
]

export function buildServer(deps: ApiDeps): ApiServer {
  const server: ApiServer = Fastify({
    bodyLimit: deps.limits.requestBodyBytes,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
    connectionTimeout: SILENCE_MAX_MS,
    return503OnClosing: false,
    trustProxy: deps.trustedProxies.length === 0 ? false : [...deps.trustedProxies],
    routerOptions: { maxParamLength: 256 },
  })
  server.setValidatorCompiler(schemaCompiler())
  installConnectionEnd(server)
  installProblems(server, deps)
  installTrace(server, deps)
  installBodies(server)
  installMetrics(server, deps)
  keepRefusalsForDocument(server)
  server.register(swagger, openApi(deps))
  server.register(async (open: ApiServer) => {
    registerHealth(open, deps)
    registerMetrics(open, deps)
    registerDocuments(open, deps)
  })
  server.register(async (operator: ApiServer) => registerOperator(operator, deps))
  server.register(async (guarded: ApiServer) => {
    installHostCheck(guarded, deps)
    installAuthentication(guarded, deps)
    installRateLimit(guarded, deps)
    for (const register of RESOURCES) register(guarded, deps)
  })
  return server
}
