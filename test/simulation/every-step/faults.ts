/** Faults that are tried at every step, and at every write, each with planted bugs that it must find. */
import type { Moment } from './history.ts'

export interface StepFault {
  readonly name: string
  readonly inject: (moment: Moment) => void
  /** Names of canaries. */
  readonly finds: readonly string[]
}

const LONG_MS = 20_000

export const STEP_FAULTS: readonly StepFault[] = [
  {
    name: 'a client cancels',
    inject({ truth, clients }) {
      const active = truth.contents.reloads.find(({ endedAt }) => endedAt === undefined)
      if (active !== undefined) void clients.cancel(active.tenantId, active.id)
    },
    finds: ['cancel-loses'],
  },
  { name: 'the machine dies', inject: ({ kill }) => kill(), finds: ['pointer-apart', 'never-swept'] },
  {
    name: 'every engine process goes silent',
    inject({ world }) {
      for (const process of world.engines.processes) process.goSilent(Number.POSITIVE_INFINITY)
    },
    finds: ['silence-unnoticed'],
  },
  {
    name: 'the broker goes away',
    inject: ({ world }) => world.broker.goAway(LONG_MS),
    finds: ['window-trusted'],
  },
  {
    name: 'the stream is full for a while',
    inject: ({ world }) => world.broker.fill(LONG_MS),
    finds: ['full-passed-over'],
  },
]

export interface WriteFault {
  readonly name: string
  /** How long the disk is full from that write on, ms. */
  readonly forMs: number
  readonly finds: readonly string[]
}

export const WRITE_FAULTS: readonly WriteFault[] = [
  { name: 'the disk refuses one write', forMs: 0, finds: ['answered-before-commit', 'torn-data-kept'] },
  {
    name: 'the disk is full for a while',
    forMs: LONG_MS,
    finds: ['answered-before-commit', 'half-a-commit'],
  },
]
