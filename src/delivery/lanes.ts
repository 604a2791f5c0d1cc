/**
 * What must go one after the other: work of the same lane starts when the work before it is over, whatever
 * became of that. Lanes do not wait for each other, and an empty lane costs nothing.
 */
export class Lanes {
  readonly #last = new Map<string, Promise<unknown>>()

  /** @param work never rejects */
  run(lane: string, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(lane)
    const running = before === undefined ? work() : before.then(work)
    this.#last.set(lane, running)
    return running.then(() => {
      if (this.#last.get(lane) === running) this.#last.delete(lane)
    })
  }
}
