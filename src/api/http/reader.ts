/**
 * The port to what reads the large inputs of tenants beside the event loop: bodies over
 * `INLINE_BODY_MAX_BYTES`, and scripts of any size. `api/reader` does it in processes of its own.
 */
import type { TenantId } from '../../core/ids.ts'

export interface Reader {
  /**
   * Decodes a JSON body, which comes in pieces. Of an object only the named members come back, texts whole
   * and anything nested empty: enough for a schema of texts, numbers and booleans to judge it. Of other
   * values comes one of their type.
   * @throws refusal 400 when it is no JSON, 413 when the texts are too long, and those of `check`
   */
  readMembers(tenant: TenantId, body: readonly Uint8Array[], names: readonly string[]): Promise<unknown>
  /**
   * Finds what is wrong with a script, and answers with the JSON that the client gets.
   * @throws refusal 422 when it takes too much time or memory, 429 when too much of the tenant waits, 503
   * when the service stops
   */
  checkScript(tenant: TenantId, script: string): Promise<Uint8Array>
}
