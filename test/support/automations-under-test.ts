/** Automations over HTTP, with somebody who owns them, and with runs that go on when a test wants it. */
import { expect } from 'vitest'
import { advanceRun } from '../../src/automation/advance-run.ts'
import type { OutgoingCall } from '../../src/delivery/caller.ts'
import type { Letter } from '../../src/delivery/mailer.ts'
import { SendRates } from '../../src/delivery/send-rates.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from './api-under-test.ts'

export const URL_OF = '/api/v1/automations'

export interface AutomationsUnderTest {
  readonly api: ApiUnderTest
  readonly acme: Members
  readonly ann: Person
  /** Calls that steps made; each was answered with 200. */
  readonly calls: readonly OutgoingCall[]
  /** Mails that steps sent. */
  readonly letters: readonly Letter[]
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  made(body?: object, by?: Person): Promise<any>
  /** What the loop does: every due run goes on. */
  goOn(): Promise<void>
}

export async function automationsUnderTest(
  given: Parameters<typeof apiUnderTest>[0] = {},
): Promise<AutomationsUnderTest> {
  const api = await apiUnderTest(given)
  const acme = await api.tenant('acme')
  const ann = await acme.person('ann')
  const calls: OutgoingCall[] = []
  const caller = {
    call: async (call: OutgoingCall) => {
      calls.push(call)
      return { kind: 'answered', status: 200, body: 'thanks' } as const
    },
    close: async () => undefined,
  }
  const letters: Letter[] = []
  const mailer = {
    send: async (letter: Letter) => {
      letters.push(letter)
      return { ok: true, messageId: `<${letter.key}@example.org>` }
    },
    close: async () => undefined,
  }
  const rates = new SendRates()
  return {
    api,
    acme,
    ann,
    calls,
    letters,
    async made(body = {}, by = ann) {
      const answer = await by.call('POST', URL_OF, { name: 'Nightly', ...body })
      expect(answer.status, answer.text).toBe(201)
      return answer.body
    },
    async goOn() {
      const { store, world } = api
      const { seal } = api.deps
      const rules = { ...api.deps.settleRules, reloadsPerAppAndDay: 0 }
      for (const ref of await store.dueAutomationRuns(world.clock.now(), 100)) {
        await advanceRun({ ...world, ...rules, store, caller, mailer, seal, rates }, ref)
      }
    },
  }
}

/** Of a refusal, where its faults are. */
export function pointersOf(body: {
  readonly errors: readonly { readonly source: { readonly pointer: string } }[]
}): string[] {
  return body.errors.map(({ source }) => source.pointer)
}
