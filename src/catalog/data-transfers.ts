/** The port to engines that write the data of apps for archives, and make data of archives. */
import type { DataVersion, TenantId } from '../core/ids.ts'
import type { App } from '../core/records.ts'
import type { Refused } from './refusal.ts'
import type { TempContent } from './temp-contents.ts'

/** A file of an archive's data. */
export interface DataPart {
  /** Relative to the folder of the data. */
  readonly name: string
  readonly bytes: number
  /** May be read several times, until it is discarded. */
  read(): AsyncIterable<Uint8Array>
}

export interface ExportedData {
  readonly parts: readonly DataPart[]
  discard(): Promise<void>
}

export type ImportedData = NonNullable<App['data']>

export interface DataTransfers {
  exported(app: App & Required<Pick<App, 'data'>>): Promise<ExportedData | Refused>
  /** A version that no app points at yet: whoever gets it discards it, or makes an app do so. */
  imported(tenantId: TenantId, archive: TempContent): Promise<ImportedData | Refused>
  discard(version: DataVersion): Promise<void>
}
