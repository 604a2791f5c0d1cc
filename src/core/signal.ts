/** Something that happens at most once and that several parts wait for. Firing it again is harmless. */
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
