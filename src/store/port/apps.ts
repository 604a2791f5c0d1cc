/** Apps and the versions of their load scripts. */
import type { App, ScriptVersion } from '../../catalog/records.ts'
import type { AppId, DataVersion, ScriptVersionId, SpaceId, TenantId } from '../../core/ids.ts'

/** `spaceId: null` takes the app out of its space. */
export type AppChange = Partial<Pick<App, 'name' | 'description' | 'ownerId'>> & {
  readonly spaceId?: SpaceId | null
}

/** A version of a script without its text; `bytes` is the length of the text in UTF-8. */
export type ScriptSummary = Omit<ScriptVersion, 'script'> & { readonly bytes: number }

export interface AppStore {
  addApp(app: App): Promise<void>
  /**
   * Changes name, description, owner or space; never the data. Another owner or space clears the app's crash
   * marks, because the app then reads other data. Undefined when there is no such app.
   */
  changeApp(tenantId: TenantId, id: AppId, change: AppChange, now: number): Promise<App | undefined>
  /** False: no such app. */
  clearCrashMarks(tenantId: TenantId, id: AppId): Promise<boolean>
  removeApp(tenantId: TenantId, id: AppId): Promise<boolean>
  app(tenantId: TenantId, id: AppId): Promise<App | undefined>
  /** Data versions that some app points at. */
  referencedDataVersions(): Promise<DataVersion[]>

  /**
   * Adds a version, makes it the current one, clears the app's crash marks; keeps the newest `keep`. False:
   * no app.
   */
  addScript(script: ScriptVersion, keep: number): Promise<boolean>
  /** Newest first. */
  scripts(tenantId: TenantId, appId: AppId): Promise<ScriptSummary[]>
  script(
    tenantId: TenantId,
    appId: AppId,
    id: ScriptVersionId | 'current',
  ): Promise<ScriptVersion | undefined>
}
