/**
 * A workbook of the older kind (biff in a compound file), read by a library in a thread of its own with a
 * bound on memory and time: a file that asks for more ends the thread and not the engine.
 */
import { readFile, stat } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { defined } from '../../core/defined.ts'
import { type Sheet, type Workbook, WorkbookError } from './sheet.ts'
import type { XlsReply, XlsRequest } from './xls-protocol.ts'

const MIB = 1024 * 1024
const FILE_MAX_BYTES = 64 * MIB
const MEMORY_MAX_BYTES = 256 * MIB
const WATCH_INTERVAL_MS = 50
const ANSWER_MAX_MS = 120_000

/** Sources run unbuilt as .ts, a build as .js. */
const THREAD = new URL(`./xls-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/** @throws WorkbookError */
export async function openXls(file: string): Promise<Workbook> {
  const outline = await withThread(file, undefined, async (answer) => {
    const first = await answer()
    if (first.kind !== 'outline') throw unreadable()
    return first.outline
  })
  return {
    outline,
    sheet: async (index) => ({ date1904: outline.date1904, each: (row) => eachRow(file, index, row) }),
  }
}

const eachRow = (file: string, index: number, tell: Parameters<Sheet['each']>[0]): Promise<void> =>
  withThread(file, index, async (answer) => {
    for (;;) {
      const batch = await answer()
      if (batch.kind !== 'rows') throw unreadable()
      if (batch.rows.length === 0) return
      for (const row of batch.rows) if (!tell(row)) return
    }
  })

/** `answer` asks for the next message of the thread. */
async function withThread<Result>(
  path: string,
  sheet: number | undefined,
  use: (answer: () => Promise<XlsReply>) => Promise<Result>,
): Promise<Result> {
  const { size } = await stat(path)
  if (size > FILE_MAX_BYTES) throw new WorkbookError(`it is larger than ${FILE_MAX_BYTES} bytes`)
  const file = await readFile(path)
  const request: XlsRequest = { file, ...defined({ sheet }) }
  const thread = new Worker(THREAD, { workerData: request, stderr: true })
  let asked = 0
  try {
    return await use(() => {
      if (asked++ > 0) thread.postMessage('next')
      return nextReply(thread)
    })
  } finally {
    await thread.terminate()
  }
}

/**
 * The memory of the thread is watched: limits of its own do not hold beside that of its process, whose size
 * cannot be asked for behind the wall.
 */
function nextReply(thread: Worker): Promise<XlsReply> {
  return new Promise((resolve, reject) => {
    const begun = performance.now()
    const settle = (done: () => void) => {
      clearInterval(watch)
      thread.off('message', onMessage).off('error', onError)
      done()
    }
    const refuse = (error: WorkbookError) => settle(() => reject(error))
    const onMessage = (reply: XlsReply) => {
      if (reply.kind === 'failed') refuse(unreadable(reply.encrypted))
      else settle(() => resolve(reply))
    }
    const onError = () => refuse(unreadable())
    const look = async () => {
      const { total_heap_size, external_memory } = await thread.getHeapStatistics()
      if (total_heap_size + external_memory > MEMORY_MAX_BYTES) {
        refuse(new WorkbookError(`it takes more than ${MEMORY_MAX_BYTES} bytes of memory to read`))
      }
    }
    const watch = setInterval(() => {
      if (performance.now() - begun > ANSWER_MAX_MS) {
        refuse(new WorkbookError(`it takes more than ${ANSWER_MAX_MS / 1000} s to read`))
        // A thread that has ended has no statistics.
      } else look().catch(() => undefined)
    }, WATCH_INTERVAL_MS)
    thread.on('message', onMessage).on('error', onError)
  })
}

const unreadable = (encrypted = false): WorkbookError =>
  encrypted ? new WorkbookError('it is encrypted', true) : new WorkbookError('it is damaged')
