/**
 * A service in miniature, for tests that kill one: starts engine sessions below the folder given, runs the
 * script given in one of them, keeps another one ready, prints both process ids when the script runs, and
 * never ends by itself.
 */
import { duckDbHarness } from './duckdb-session-harness.ts'

const script = process.argv[2]!
const { sessions, size, workOf } = await duckDbHarness()
const running = (await sessions.acquire(size)) as { readonly pid: number } & Awaited<
  ReturnType<typeof sessions.acquire>
>
const ready = (await sessions.acquire(size)) as unknown as { readonly pid: number }
await running.run(workOf(script), () => {
  process.stdout.write(`${JSON.stringify({ running: running.pid, ready: ready.pid })}\n`)
})
