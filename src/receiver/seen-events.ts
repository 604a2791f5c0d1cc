/**
 * Which events were handled: what makes "at least once" on the wire into "once" for the application. An
 * implementation over a shared database (a table with the id as its key) makes it hold over several receiver
 * processes and restarts.
 */
export interface SeenEvents {
  /**
   * `new`: nobody has handled it; the caller does so now and calls `handled` or `failed`. `handled`: nothing
   * is left to do. `busy`: another request is at it.
   */
  begin(id: string): Promise<'new' | 'handled' | 'busy'>
  handled(id: string): Promise<void>
  /** The next delivery of it may try again. */
  failed(id: string): Promise<void>
}

/** Kept in this process: the newest `max` ids. A restart forgets them. */
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
