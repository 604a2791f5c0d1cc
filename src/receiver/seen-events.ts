/**
 * Remembers handled events, which turns "at least once" on the wire into "once" for the application. With a
 * shared database (a table keyed by id) this holds across receiver processes and restarts.
 */
export interface SeenEvents {
  /**
   * `new`: not handled yet; the caller handles it now and calls `handled` or `failed`. `handled`: done.
   * `busy`: another request is handling it.
   */
  begin(id: string): Promise<'new' | 'handled' | 'busy'>
  handled(id: string): Promise<void>
  /** The next delivery of the event may try again. */
  failed(id: string): Promise<void>
}

/** Remembers the newest `max` ids in this process; a restart forgets them. */
export function seenInMemory(max = 100_000): SeenEvents {
  const states = new Map<string, 'busy' | 'handled'>()
  return {
    async begin(id) {
      const state = states.get(id)
      if (state !== undefined) return state
      states.set(id, 'busy')
      return 'new'
    },
    async handled(id) {
      states.delete(id)
      states.set(id, 'handled')
      for (const [oldest, state] of states) {
        if (states.size <= max) break
        if (state === 'handled') states.delete(oldest)
      }
    },
    async failed(id) {
      states.delete(id)
    },
  }
}
