/** Audits of engine processes: how many there are, and that those which went silent are noticed. */
import type { EngineRoom, SessionTruth } from '../engine.ts'
import type { World } from '../world.ts'

/** From the last sign of life, or the end of the machine's own stall, to the end of the attempt, ms. */
const SILENCE_NOTICED_MS = 22_000
/** A process may fall silent just after it answered. */
const ANSWERED_MS = 100

export class EngineAudit {
  readonly #world: World
  readonly #room: EngineRoom

  constructor(world: World, room: EngineRoom) {
    this.#world = world
    this.#room = room
  }

  look(): void {
    for (const { node } of this.#world.engines.startedProcesses.splice(0)) {
      let count = 0
      for (const one of this.#world.engines.processes) if (one.node === node) count += 1
      if (count <= this.#room.slots + this.#room.warm) continue
      this.#world.violate('process-ceiling', `${node.name} has ${count} engine processes`)
    }
    for (const session of this.#world.engines.running) this.#isNoticed(session)
  }

  /** A session is given in a process that answered just now. */
  sessionStarted({ node, process, reloadId, attempt }: SessionTruth): void {
    const silentMs = this.#world.scheduler.now - process.silentFrom
    if (!process.silent || silentMs <= ANSWERED_MS || node.stalledUntil > process.silentFrom) return
    this.#world.violate(
      'engine-answers',
      `attempt ${attempt} of ${reloadId} got an engine that has been silent for ${silentMs} ms`,
    )
  }

  #isNoticed({ node, process, reloadId, attempt }: SessionTruth): void {
    if (!process.silent) return
    const { now } = this.#world.scheduler
    const silentMs = now - process.silentFrom
    if (now < Math.max(process.silentFrom, node.stalledUntil) + SILENCE_NOTICED_MS) return
    this.#world.violate(
      'silence-noticed',
      `attempt ${attempt} of ${reloadId} runs on in an engine silent for ${silentMs} ms`,
    )
  }
}
