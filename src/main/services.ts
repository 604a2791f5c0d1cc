/**
 * Starts the long-lived parts of a process in order and stops them in reverse. If a start fails, the running
 * parts are stopped.
 */

export interface Running {
  stop(): Promise<void>
}

export class Services {
  readonly #running: { readonly name: string; readonly part: Running }[] = []
  #stopping: Promise<void> | undefined

  /** Starts a part. If it fails, everything started so far is stopped and the error rethrown. */
  async start<Part extends Running>(name: string, start: () => Part | Promise<Part>): Promise<Part> {
    try {
      const part = await start()
      this.#running.push({ name, part })
      return part
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /** Stops all parts, last started first; continues if one fails to stop. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    const errors: unknown[] = []
    for (const { name, part } of this.#running.splice(0).reverse()) {
      try {
        await part.stop()
      } catch (error) {
        errors.push(new Error(`${name} did not stop`, { cause: error }))
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'some parts did not stop')
  }
}
