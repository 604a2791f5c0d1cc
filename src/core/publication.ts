/**
 * What a reload stored outside its app, from the commit that settles it until each file lies in its place.
 * Until that commit the content is staged: nobody but the attempt's own script sees it (ARCHITECTURE,
 * invariant 11).
 */
import type { PublicationId, ReloadId, TenantId } from './ids.ts'
import type { PlacedName } from './records.ts'

export interface PublishedFile extends PlacedName {
  /** Id of the spooled content that is to be put there. */
  readonly content: string
  readonly bytes: number
}

export interface Publication {
  readonly id: PublicationId
  readonly tenantId: TenantId
  readonly reloadId: ReloadId
  /** Each place and name once. */
  readonly files: readonly PublishedFile[]
}
