/** Apps and the versions of their load scripts. */

import type { AppId, DataVersion, ScriptVersionId, TenantId } from '../../core/ids.ts'
import type { App, ScriptVersion } from '../../core/records.ts'

/** A version of a script without its text; `bytes` is the length of the text in UTF-8. */
export type ScriptSummary = Omit<ScriptVersion, 'script'> & { readonly bytes: number }

export interface AppStore {
  app(tenantId: TenantId, id: AppId): Promise<App | undefined>
  /** Data versions that some app points at. */
  referencedDataVersions(): Promise<DataVersion[]>

  /** Newest first. */
  scripts(tenantId: TenantId, appId: AppId): Promise<ScriptSummary[]>
  script(
    tenantId: TenantId,
    appId: AppId,
    id: ScriptVersionId | 'current',
  ): Promise<ScriptVersion | undefined>
}
