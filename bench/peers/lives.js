/**
 * Lives of no-op jobs in other queues: `callers` add them, each the next when its last was added; then workers for as many at
 * a time take and complete them. Each returns the seconds it took.
 */
import { Queue, Worker } from 'bullmq'
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import { PgBoss } from 'pg-boss'

const QUEUE = 'lives'

async function times(callers, count, work) {
  let left = count
  const caller = async () => {
    while (left-- > 0) await work()
  }
  await Promise.all(Array.from({ length: callers }, caller))
}

async function timed(work) {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

export async function graphileWorker(connectionString, callers, count) {
  const pgPool = new pg.Pool({ connectionString, max: 10 })
  // The database is dropped at once when the pool has ended: a connection that is still closing is told so.
  pgPool.on('error', () => {})
  pgPool.on('connect', (client) => void client.on('error', () => {}))
  const shared = { pgPool, logger: new Logger(() => () => {}) }
  const utils = await makeWorkerUtils(shared)
  await utils.migrate()
  const add = await timed(() => times(callers, count, () => utils.addJob(QUEUE, {})))
  let done = 0
  const drain = await timed(async () => {
    const { promise, resolve } = Promise.withResolvers()
    const taskList = { [QUEUE]: async () => void (++done === count && resolve()) }
    const runner = await run({ ...shared, concurrency: callers, taskList, noHandleSignals: true })
    await promise
    await runner.stop()
  })
  await utils.release()
  await pgPool.end()
  return add + drain
}

export async function pgBoss(connectionString, callers, count) {
  const boss = new PgBoss({ connectionString, max: 10, supervise: false, schedule: false })
  boss.on('error', () => {})
  await boss.start()
  await boss.createQueue(QUEUE)
  const add = await timed(() => times(callers, count, () => boss.send(QUEUE, {})))
  const drain = await timed(() =>
    times(callers, count, async () => {
      const [job] = await boss.fetch(QUEUE)
      await boss.complete(QUEUE, job.id)
    }),
  )
  await boss.stop({ graceful: false })
  return add + drain
}

export async function bullMq(port, callers, count) {
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null }
  const queue = new Queue(QUEUE, { connection })
  const add = await timed(() => times(callers, count, () => queue.add(QUEUE, {}, { removeOnComplete: true })))
  let done = 0
  const drain = await timed(async () => {
    const { promise, resolve } = Promise.withResolvers()
    const worker = new Worker(QUEUE, async () => void (++done === count && resolve()), {
      connection,
      concurrency: callers,
    })
    await promise
    await worker.close()
  })
  await queue.close()
  return add + drain
}
