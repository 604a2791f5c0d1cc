/**
 * Serial queues by key: work of one key starts when the work before it has ended, however that ended. Keys do
 * not wait for each other, and an idle key takes no memory.
 */
export class SerialQueues {
  readonly #last = new Map<string, Promise<unknown>>()

  /** @param work never rejects */
  run(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(key)
    const running = before === undefined ? work() : before.then(work)
    this.#last.set(key, running)
    return running.then(() => {
      if (this.#last.get(key) === running) this.#last.delete(key)
    })
  }
}
