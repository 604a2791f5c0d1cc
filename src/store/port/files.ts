/** Data files: their records, not their contents. */
import type { DataFile, FilePlace } from '../../catalog/records.ts'
import type { DataFileId, TenantId } from '../../core/ids.ts'

export interface DataFileStore {
  /**
   * Inserts or updates by id; 'name-taken' when another file of the place has the name. A changed or removed
   * file clears the crash marks of the apps that may read it: a personal one those of its owner's apps, one
   * of a space all of the tenant.
   */
  saveDataFile(file: DataFile): Promise<'saved' | 'name-taken'>
  removeDataFile(tenantId: TenantId, id: DataFileId): Promise<boolean>
  dataFile(tenantId: TenantId, id: DataFileId): Promise<DataFile | undefined>
  dataFileByName(tenantId: TenantId, place: FilePlace, name: string): Promise<DataFile | undefined>
}
