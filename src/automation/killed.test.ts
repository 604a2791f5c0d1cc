/** The process of automations dies at every point of a run, and another one goes on. */
import { describe, expect, test } from 'vitest'
import {
  automationScene,
  load,
  notice,
  OK,
  OTHER_APP,
  rest,
  taken,
  tell,
} from '../../test/support/automation-scene.ts'
import { APP_ID } from '../../test/support/records.ts'
import type { AppId } from '../core/ids.ts'
import { MINUTE } from '../core/units.ts'
import type { OutgoingCall } from '../delivery/caller.ts'
import type { Letter } from '../delivery/mailer.ts'
import type { Store } from '../store/port/store.ts'

describe('when the process dies', () => {
  const steps = [load, tell, notice, { ...rest, ms: MINUTE }, { ...load, id: 'again', appId: OTHER_APP }]

  /**
   * Dies with the n-th thing that it does, before or after it was done; then nothing of it answers any more.
   */
  function mortal(n: number, after: boolean) {
    let left = n
    const isDead = () => left <= 0
    const never = new Promise<never>(() => undefined)
    const life = <Args extends unknown[], Answer>(work: (...args: Args) => Promise<Answer>) => {
      return async (...args: Args): Promise<Answer> => {
        if (isDead()) return never
        left -= 1
        if (isDead() && !after) return never
        const answer = await work(...args)
        return isDead() ? never : answer
      }
    }
    const over = (store: Store): Store =>
      new Proxy(store, {
        get(target, name) {
          const found: unknown = target[name as keyof Store]
          if (typeof found !== 'function') return found
          return name === 'onCommit' ? found.bind(target) : life(found.bind(target))
        },
      })
    return { over, life, isDead }
  }

  async function livedThrough(n: number, after: boolean): Promise<boolean> {
    const world = await automationScene(steps)
    const { store, start, ask, read, calls, letters, until, reloads, end, active } = world
    const death = mortal(n, after)
    const call = death.life(async (made: OutgoingCall) => {
      calls.push(made)
      return OK
    })
    const send = death.life(async (letter: Letter) => {
      letters.push(letter)
      return taken(letter)
    })
    const close = async () => undefined
    start(undefined, death.over(store), { call, close }, { mailer: { send, close } })
    const id = await ask()
    const isEnded = async () => (await read(id)).endedAt !== undefined
    /** Whatever it asks for ends, until the run has ended or the process is dead. */
    const live = async (isOver: () => boolean) => {
      for (;;) {
        const found: AppId[] = []
        await until(async () => {
          for (const appId of [APP_ID, OTHER_APP]) if (await active(appId)) found.push(appId)
          return found.length > 0 || isOver() || (await isEnded())
        })
        if (found.length === 0) return
        await end('succeeded', found[0])
      }
    }
    await live(death.isDead)
    const died = death.isDead()
    start()
    await live(() => false)
    const where = `death ${after ? 'after' : 'before'} deed ${n}`
    expect(await read(id), where).toMatchObject({
      state: 'finished',
      results: steps.map((step) => ({ stepId: step.id, state: 'succeeded' })),
    })
    const made = await reloads()
    expect(
      made.map(({ appId }) => appId),
      where,
    ).toEqual([APP_ID, OTHER_APP])
    const { results } = await read(id)
    expect(
      made.map((reload) => reload.id),
      where,
    ).toEqual([results[0]!.reloadId, results[4]!.reloadId])
    expect(new Set(calls.map(({ key }) => key)), where).toEqual(new Set([`${id}/tell`]))
    expect(calls.length, where).toBeLessThanOrEqual(2)
    expect(new Set(letters.map(({ key }) => key)), where).toEqual(new Set([`${id}/notice`]))
    expect(letters.length, where).toBeLessThanOrEqual(2)
    return died
  }

  test.each([
    ['before it', false],
    ['after it', true],
  ])(
    'with anything it does, %s, the next one goes on: each step once, a call and a mail under one key',
    async (_at, after) => {
      let deeds = 0
      while (await livedThrough(++deeds, after)) expect(deeds).toBeLessThan(200)
      expect(deeds, 'there were many places to die').toBeGreaterThan(30)
    },
  )
})
