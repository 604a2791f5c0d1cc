/**
 * Receivers that are down for a while, and a broker that is killed or full, at moments drawn from the seed.
 * An outage that a second send falls into costs minutes of back-off: so short ones lie apart, and long ones
 * come only as long as the run leaves time to wait for what they delay.
 */
import { pause } from './asking.ts'
import type { Broker } from './broker.ts'
import type { Diary } from './diary.ts'
import type { ChaosReceiver } from './receiver.ts'

export interface Weather {
  readonly shortMs: number
  readonly longMs: number
  /** Until then an outage of a receiver may be a long one, ms from the start. */
  readonly longUntilMs: number
  /** Between two outages of the same receiver or broker. */
  readonly calmMs: number
}

/** Resolves when it is quiet and everything is up again. */
export async function changeWeather(
  receivers: readonly ChaosReceiver[],
  broker: Broker | undefined,
  diary: Diary,
  uniform: () => number,
  weather: Weather,
  quiet: AbortSignal,
): Promise<void> {
  const startedAt = performance.now()
  const again = async (outage: () => Promise<void>) => {
    await pause(uniform() * weather.calmMs)
    while (!quiet.aborted) {
      await outage()
      await Promise.race([pause(weather.calmMs * (1 + uniform())), aborted(quiet)])
    }
  }
  const shortly = () => weather.shortMs * (0.3 + 0.7 * uniform())
  await Promise.all([
    ...receivers.map((receiver) =>
      again(async () => {
        const mayBeLong = performance.now() - startedAt < weather.longUntilMs
        const ms = mayBeLong && uniform() < 0.5 ? weather.longMs * (0.5 + 0.5 * uniform()) : shortly()
        diary.write({ kind: 'weather', what: receiver.name, state: 'down' })
        await (mayBeLong ? receiver.down() : receiver.hangUp())
        await pause(ms)
        await receiver.up()
        diary.write({ kind: 'weather', what: receiver.name, state: 'up' })
      }),
    ),
    broker === undefined
      ? undefined
      : again(() => (uniform() < 0.5 ? broker.killedFor(shortly()) : broker.fullFor(shortly()))),
  ])
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
