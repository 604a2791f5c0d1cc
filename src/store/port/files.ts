/** Data files: their records, not their contents. */

import type { DataFileId, TenantId } from '../../core/ids.ts'
import type { DataFile, FilePlace } from '../../core/records.ts'

export interface DataFileStore {
  dataFile(tenantId: TenantId, id: DataFileId): Promise<DataFile | undefined>
  dataFileByName(tenantId: TenantId, place: FilePlace, name: string): Promise<DataFile | undefined>
}
