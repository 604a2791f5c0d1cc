/** The port to the engine budget of the worker, for engines that run beside its reloads. */
import type { Signal } from '../core/signal.ts'

export interface EngineLoan {
  /** Harmless when repeated. */
  giveBack(): void
}

export interface EngineLoans {
  /**
   * A slot with so much memory, as soon as there is one.
   * @param withdrawn nobody waits any longer: the answer is undefined
   */
  lend(bytes: number, withdrawn: Signal): Promise<EngineLoan | undefined>
}
