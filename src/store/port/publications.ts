/**
 * Publications: what settled reloads stored and what is still to be put into its places. They come with the
 * saving that settles a reload (reloads.ts), in one commit with its outcome.
 */
import type { PublicationId, TenantId } from '../../core/ids.ts'
import type { Publication } from '../../core/publication.ts'
import type { App, DataFile, PlacedName } from '../../core/records.ts'
import type { DataAudience } from '../../core/task/data-change.ts'
import type { TaskRun } from '../../core/task/run.ts'

/** What a settling step is shown about the files that the attempt stored. */
export interface StoresView extends DataAudience {
  /** Names whose place is there no more: a space that was deleted. */
  readonly placeless: readonly PlacedName[]
  /** What has one of the names or lies on the way to one (`namesOnTheWay`), each once. */
  readonly onTheWay: readonly DataFile[]
  /** Apps of the tenant with a crash mark. */
  readonly marked: readonly App[]
}

/** Saved with the outcome SUCCEEDED only. */
export interface StoresSaving {
  /** Inserted or replaced by id. */
  readonly dataFiles: readonly DataFile[]
  /** Other apps than the reload's. */
  readonly apps: readonly App[]
  /** That wait because of the files. */
  readonly taskRuns: readonly TaskRun[]
  readonly publication: Publication
}

export interface PublicationStore {
  /** Those of one tenant, or of all, in the order of their commits. */
  publications(tenantId?: TenantId): Promise<Publication[]>
  /** Its files lie in their places: forgets it. Harmless when it is not there. */
  published(id: PublicationId): Promise<void>
}
