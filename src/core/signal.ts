/** An event that fires at most once and that several parts can wait for. Firing it again does nothing. */
export interface Signal {
  readonly fired: boolean
  readonly done: Promise<void>
  fire(): void
}

export function newSignal(): Signal {
  let fired = false
  let tell: () => void = () => {}
  const done = new Promise<void>((resolve) => {
    tell = resolve
  })
  return {
    get fired() {
      return fired
    },
    done,
    fire() {
      fired = true
      tell()
    },
  }
}
