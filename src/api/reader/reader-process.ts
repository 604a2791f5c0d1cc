/**
 * A process that reads what tenants send: one task after the other, each within a time. It opens no file and
 * no connection, keeps nothing between tasks, and ends with the service, also after a kill -9: its channel
 * closes then, and the task that it is at ends in time.
 */
import { Socket } from 'node:net'
import { Script } from 'node:vm'
import { performTask } from './perform-task.ts'
import {
  type Frame,
  FrameCollector,
  frameOf,
  READER_FD,
  type ReaderAnswer,
  type ReaderTask,
} from './reader-protocol.ts'

const timeMaxMs = Number(process.argv[2])

/** Runs it under the watchdog of `node:vm`, which ends any JavaScript. */
const watched = new Script('performWatchedTask()')

const channel = new Socket({ fd: READER_FD, readable: true, writable: true })
const tasks = new FrameCollector<ReaderTask>(Number.POSITIVE_INFINITY)
channel.on('data', (chunk: Buffer) => {
  const task = tasks.push(chunk)
  if (task !== undefined) tell(answerTo(task))
})
channel.on('error', () => process.exit())
channel.on('close', () => process.exit())
tell({ head: { kind: 'ready' }, bytes: Buffer.alloc(0) })

function answerTo(task: Frame<ReaderTask>): Frame<ReaderAnswer> {
  Object.assign(globalThis, { performWatchedTask: () => performTask(task) })
  try {
    return watched.runInThisContext({ timeout: timeMaxMs }) as Frame<ReaderAnswer>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    return { head: { kind: 'too-slow' }, bytes: Buffer.alloc(0) }
  }
}

function tell({ head, bytes }: Frame<ReaderAnswer>): void {
  for (const piece of frameOf(head, [bytes])) channel.write(piece)
}
