/** The pool over scripted processes in virtual time. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type VirtualMachine, virtualMachine } from '../../test/support/virtual-machine.ts'
import { newSignal, type Signal } from '../core/signal.ts'
import { GIB, SECOND } from '../core/units.ts'
import { type EngineProcess, ProcessPool, type ProcessPoolDeps } from './process-pool.ts'

const START_MS = 200
const KILL_MS = 30
const BEAT_MS = 500

/** Starts, beats, answers and dies, unless it is told to hang. */
class ScriptedProcess implements EngineProcess {
  readonly ready: Promise<void>
  readonly gone: Promise<void>
  readonly #end = newSignal()
  readonly #machine: VirtualMachine
  readonly #heard: () => void
  #fail: (error: unknown) => void = () => {}
  hangs = false
  killed = false
  killedFor: string | undefined

  constructor(machine: VirtualMachine, heard: () => void) {
    this.#machine = machine
    this.#heard = heard
    this.gone = this.#end.done
    this.ready = new Promise((ready, fail) => {
      this.#fail = fail
      machine.node.later(START_MS, () => !this.hangs && ready())
    })
    this.#beat()
  }

  get lives(): boolean {
    return !this.#end.fired
  }

  ping(): Promise<void> {
    return new Promise((answered) => {
      this.#machine.node.later(1, () => !this.hangs && this.lives && answered())
    })
  }

  die(): void {
    this.#fail(new Error('it died'))
    this.#end.fire()
  }

  kill(fault?: string): void {
    if (!this.killed) this.killedFor = fault
    this.killed = true
    this.#machine.node.later(KILL_MS, () => this.die())
  }

  #beat(): void {
    this.#machine.node.later(BEAT_MS, () => {
      if (!this.hangs) this.#heard()
      if (this.lives) this.#beat()
    })
  }
}

/** Two slots, one process kept ready, memory for much more, unless the test says otherwise. */
class Scene {
  readonly machine = virtualMachine()
  readonly all: ScriptedProcess[] = []
  readonly pool: ProcessPool<ScriptedProcess>
  /** The most processes that lived at one moment. */
  most = 0
  cannotStart = false

  constructor(change: Partial<Omit<ProcessPoolDeps<ScriptedProcess>, 'start'>> = {}) {
    this.pool = new ProcessPool({
      ...this.machine.ports,
      slots: 2,
      warm: 1,
      memoryBytes: 100 * GIB,
      silenceMs: 15 * SECOND,
      ...change,
      start: (heard) => {
        if (this.cannotStart) throw new Error('no more processes')
        const process = new ScriptedProcess(this.machine, heard)
        this.all.push(process)
        this.most = Math.max(this.most, this.living)
        return process
      },
    })
  }

  get living(): number {
    return this.all.filter(({ lives }) => lives).length
  }

  take(withdrawn?: Signal, bytes = GIB): Wish {
    const wish: Wish = { process: undefined, refused: undefined }
    this.pool.take(bytes, withdrawn).then(
      (process) => {
        wish.process = process
      },
      (error: Error) => {
        wish.refused = error.message
      },
    )
    return wish
  }

  async taken(withdrawn?: Signal, bytes?: number): Promise<ScriptedProcess> {
    const wish = this.take(withdrawn, bytes)
    await this.machine.until(() => wish.process !== undefined, 60_000)
    return wish.process!
  }

  /** One process is ready and nothing else is under way. */
  async settled(): Promise<this> {
    await this.machine.pass(1000)
    return this
  }
}

interface Wish {
  process: ScriptedProcess | undefined
  refused: string | undefined
}

describe('the pool', () => {
  test('keeps as many ready as it is told, and gives a ready one in the time of an answer', async () => {
    const scene = await new Scene({ warm: 2 }).settled()
    expect(scene.pool.ready).toHaveLength(2)
    const before = scene.machine.elapsed()
    await scene.taken()
    expect(scene.machine.elapsed() - before).toBeLessThanOrEqual(1)
    await scene.settled()
    expect(scene.pool.ready).toHaveLength(2)
  })

  test('gives to those who wait in their order', async () => {
    const scene = new Scene({ slots: 3, warm: 0 })
    const wishes = [scene.take(), scene.take(), scene.take()]
    await scene.settled()
    expect(wishes.map(({ process }) => scene.all.indexOf(process!))).toEqual([0, 1, 2])
  })

  test('lets those beyond its slots wait until a process is gone', async () => {
    const scene = await new Scene({ slots: 1, warm: 0 }).settled()
    const first = await scene.taken()
    const second = scene.take()
    await scene.machine.pass(60_000)
    expect(second).toEqual({ process: undefined, refused: undefined })
    first.kill()
    await scene.machine.until(() => second.process !== undefined, 1000)
    expect(scene.most).toBe(1)
  })

  test('tells who waits why none starts, and tries again by itself with growing waits', async () => {
    const scene = new Scene({ warm: 1 })
    scene.cannotStart = true
    const wish = scene.take()
    await scene.settled()
    expect(wish.refused).toBe('no more processes')
    scene.cannotStart = false
    await scene.machine.pass(30_000)
    expect(scene.pool.ready).toHaveLength(1)
  })

  test('tells who waits that a process died while it started', async () => {
    const scene = new Scene({ warm: 0 })
    const wish = scene.take()
    await scene.machine.pass(50)
    scene.all[0]!.die()
    await scene.settled()
    expect(wish.refused).toBe('it died')
  })

  test('kills a process that does not get ready', async () => {
    const scene = new Scene({ warm: 0 })
    const wish = scene.take()
    scene.all[0]!.hangs = true
    await scene.machine.until(() => wish.refused !== undefined, 16_000)
    expect(scene.all[0]!.killedFor).toContain('not ready in 15 s')
  })

  test('stopped, it ends all processes, refuses who waits and who comes', async () => {
    const scene = new Scene({ slots: 1, warm: 1 })
    await scene.taken()
    const waiting = [scene.take(), scene.take()]
    let stopped = false
    void scene.pool.stop().then(() => {
      stopped = true
    })
    await scene.machine.until(() => stopped, 1000)
    expect(scene.living).toBe(0)
    const late = scene.take()
    await scene.settled()
    expect([...waiting, late].map(({ refused }) => refused)).toEqual(Array(3).fill('the engine is stopping'))
    expect(scene.living).toBe(0)
  })
})

describe('who withdraws', () => {
  test('while a process starts takes none: it serves the next who waits', async () => {
    const scene = new Scene({ warm: 0 })
    const withdrawn = newSignal()
    const first = scene.take(withdrawn)
    await scene.machine.pass(100)
    withdrawn.fire()
    await scene.machine.pass(1)
    const second = scene.take()
    await scene.settled()
    expect(first).toEqual({ process: undefined, refused: 'the wish for an engine was withdrawn' })
    expect(second.process).toBe(scene.all[0])
    expect(scene.all).toHaveLength(1)
  })

  test('while a ready process is asked for its answer leaves it ready', async () => {
    const scene = await new Scene().settled()
    const withdrawn = newSignal()
    const wish = scene.take(withdrawn)
    withdrawn.fire()
    await scene.settled()
    expect(wish.process).toBeUndefined()
    expect(scene.pool.ready).toEqual([scene.all[0]])
    expect(scene.all).toHaveLength(1)
  })

  test('before it asks gets none and starts none', async () => {
    const scene = new Scene({ warm: 0 })
    const withdrawn = newSignal()
    withdrawn.fire()
    const wish = scene.take(withdrawn)
    await scene.settled()
    expect(wish.refused).toContain('withdrawn')
    expect(scene.all).toHaveLength(0)
  })

  test('while nothing is kept ready leaves no process behind', async () => {
    const scene = new Scene({ warm: 0 })
    const withdrawn = newSignal()
    scene.take(withdrawn)
    withdrawn.fire()
    await scene.settled()
    expect(scene.living).toBe(0)
  })

  test('after it was given a process still has it', async () => {
    const scene = new Scene()
    const withdrawn = newSignal()
    const process = await scene.taken(withdrawn)
    withdrawn.fire()
    await scene.settled()
    expect(process.lives).toBe(true)
  })
})

describe('memory', () => {
  test('that an attempt holds is not taken by ready processes, before and after', async () => {
    const scene = await new Scene({ slots: 2, warm: 2, memoryBytes: 2 * GIB }).settled()
    expect(scene.living).toBe(2)
    const engine = await scene.taken(undefined, 2 * GIB)
    await scene.machine.pass(60_000)
    expect(scene.all.filter(({ lives }) => lives)).toEqual([engine])
    engine.die()
    await scene.settled()
    expect(scene.pool.ready).toHaveLength(2)
  })

  test('that is left keeps as many ready as it holds', async () => {
    const scene = await new Scene({ slots: 4, warm: 3, memoryBytes: GIB + 400 * 1024 ** 2 }).settled()
    expect(scene.pool.ready).toHaveLength(3)
    await scene.taken(undefined, GIB)
    await scene.settled()
    expect(scene.pool.ready).toHaveLength(2)
  })
})

describe('a process that hangs', () => {
  test('while it serves is killed when it was silent for the time, and not before', async () => {
    const scene = await new Scene().settled()
    const process = await scene.taken()
    process.hangs = true
    await scene.machine.pass(14_000)
    expect(process.killed).toBe(false)
    await scene.machine.pass(5000)
    expect(process.killedFor).toBe('the engine process gave no sign of life for 15 s')
  })

  test('while it is ready is killed as well, and replaced', async () => {
    const scene = await new Scene().settled()
    scene.all[0]!.hangs = true
    await scene.machine.pass(20_000)
    expect(scene.all[0]!.lives).toBe(false)
    expect(scene.pool.ready).toEqual([scene.all[1]])
  })

  test('since a moment ago is not given: who waits gets another one', async () => {
    const scene = await new Scene().settled()
    scene.all[0]!.hangs = true
    const before = scene.machine.elapsed()
    const process = await scene.taken()
    expect(process).not.toBe(scene.all[0])
    expect(scene.machine.elapsed() - before).toBeLessThan(3000)
    expect(scene.all[0]!.killedFor).toContain('did not answer')
  })

  test('or lives is not told by the time of a service that was itself stopped', async () => {
    const scene = await new Scene().settled()
    const process = await scene.taken()
    scene.machine.node.stall(scene.machine.world.scheduler.now + 600_000)
    await scene.machine.pass(700_000)
    expect(process.killed).toBe(false)
  })
})

/** What callers and the world may do to a pool, at any moment. */
const STEPS = {
  take: (scene: Scene, wishes: Signal[]) => {
    const withdrawn = newSignal()
    wishes.push(withdrawn)
    scene.take(withdrawn)
  },
  withdraw: (_scene: Scene, wishes: Signal[]) => wishes.shift()?.fire(),
  end: (scene: Scene) => scene.all.find(({ lives, killed }) => lives && !killed)?.kill(),
  die: (scene: Scene) => scene.all.findLast(({ lives }) => lives)?.die(),
  hang: (scene: Scene) => {
    const process = scene.all.findLast(({ lives }) => lives)
    if (process !== undefined) process.hangs = true
  },
  fail: (scene: Scene) => {
    scene.cannotStart = !scene.cannotStart
  },
} as const

test('whatever happens, there are never more processes than slots and warm ones, and the pool serves on', async () => {
  const step = fc.constantFrom(...(Object.keys(STEPS) as (keyof typeof STEPS)[]))
  const history = fc.array(fc.tuple(step, fc.integer({ min: 0, max: 400 })), { maxLength: 60 })
  const sizes = fc.record({ slots: fc.integer({ min: 1, max: 3 }), warm: fc.integer({ min: 0, max: 3 }) })
  await fc.assert(
    fc.asyncProperty(sizes, history, async (size, steps) => {
      const scene = new Scene(size)
      const wishes: Signal[] = []
      for (const [name, ms] of steps) {
        STEPS[name](scene, wishes)
        await scene.machine.pass(ms)
      }
      scene.cannotStart = false
      for (const wish of wishes) wish.fire()
      for (const process of scene.all) process.kill()
      await scene.machine.pass(60_000)
      await scene.taken()
      expect(scene.most).toBeLessThanOrEqual(size.slots + size.warm)
    }),
    { numRuns: 400 },
  )
})
