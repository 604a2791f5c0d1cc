/**
 * Gates that a test closes at named points of the loops: a call waits before or after its work until the gate
 * is opened.
 */

export type Moment = 'before' | 'after'

interface Gate {
  reached: boolean
  open(): void
  readonly opened: Promise<void>
}

export class Gates {
  readonly #closed = new Map<string, Gate>()

  /** Closes a gate; all calls of the name stop there from now on. */
  close(name: string, moment: Moment): void {
    let open = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    this.#closed.set(`${moment} ${name}`, { reached: false, open, opened })
  }

  reached(name: string, moment: Moment): boolean {
    return this.#closed.get(`${moment} ${name}`)?.reached ?? false
  }

  openAll(): void {
    for (const gate of this.#closed.values()) gate.open()
    this.#closed.clear()
  }

  async pass<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.#stopAt(`before ${name}`)
    const result = await work()
    await this.#stopAt(`after ${name}`)
    return result
  }

  /** The same object, with every method behind gates of its name. */
  guard<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        if (name === 'onCommit') return member.bind(target)
        return (...args: unknown[]) => this.pass(String(name), () => member.apply(target, args))
      },
    })
  }

  async #stopAt(place: string): Promise<void> {
    const gate = this.#closed.get(place)
    if (gate === undefined) return
    gate.reached = true
    await gate.opened
  }
}
