/** The port to the content of data files. Rights and records are the concern of whoever asks. */
import type { TenantId } from '../core/ids.ts'
import type { FilePlace } from '../core/records.ts'

/** A place within a tenant. */
export interface Place {
  readonly tenantId: TenantId
  readonly place: FilePlace
}

/** Content that lies in the spool, synced. Its owner either puts it into a place or discards it. */
export interface Spooled {
  /** Its id in the spool. */
  readonly content: string
  readonly bytes: number
}

/** Spooled content and where it is to lie. */
export interface PutFile extends Place {
  readonly content: string
  readonly name: string
}

export interface FileStore {
  /**
   * Writes a stream to the spool, synced when the promise resolves.
   * @throws FileTooLargeError as soon as more than `maxBytes` came; the rest of the stream is not read
   */
  spool(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Spooled>
  /** A spooled copy of a file that is in its place. */
  spoolCopy(of: Place, name: string): Promise<Spooled>
  /**
   * Takes a file of the same machine over into the spool: it is gone from its path, and durable.
   * @throws UnsafePathError for anything but a regular file with one name
   */
  adopt(path: string): Promise<Spooled>
  /** Whether the content is in the spool still: neither put into a place nor discarded. */
  isSpooled(content: string): Promise<boolean>
  discard(spooled: Pick<Spooled, 'content'>): Promise<void>
  /** The bytes of spooled content. */
  read(spooled: Pick<Spooled, 'content'>): AsyncIterable<Uint8Array>
  /** Moves spooled content to its name, replacing what was there; makes the folders on the way. */
  put(spooled: Pick<Spooled, 'content'>, place: Place, name: string): Promise<void>
  /** The same for files that belong together: between the first and the last pass moments only. */
  putAll(files: readonly PutFile[]): Promise<void>
  /** Why content cannot be put there: a folder has the name, or a file that of a folder above it. */
  refusePut(place: Place, name: string): Promise<string | undefined>
  makeFolder(place: Place, name: string): Promise<void>
  /** Moves a file or folder; the target name must be free. */
  move(from: Place, name: string, to: Place, newName: string): Promise<void>
  /** Deletes a file, or a folder with all it holds. Harmless when it is not there. */
  remove(place: Place, name: string): Promise<void>
  /** Deletes the folders of all places of a tenant with all they hold. Harmless when there are none. */
  removeAll(tenantId: TenantId): Promise<void>
  /** Bytes of a regular file; undefined when there is none of that name. */
  sizeOf(place: Place, name: string): Promise<number | undefined>
  /** The folder of the place, made when it is missing: the root of a `lib://` connection. */
  folderOf(place: Place): Promise<string>
  /**
   * Runs `work` alone among all work on these places, in the order of asking: record and content change
   * together. Meant for short work (a rename and a commit), never for an upload.
   */
  alone<Result>(places: readonly Place[], work: () => Promise<Result>): Promise<Result>
}
