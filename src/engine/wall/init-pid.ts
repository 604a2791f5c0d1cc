/**
 * Process ids of a sandbox: what bubblewrap tells of its first process, and the process that this one
 * started.
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'

/**
 * Reads what bubblewrap writes to its `--info-fd`, to its end: bubblewrap dies if nobody does. Undefined if
 * it ended before it told.
 */
export function initPid(info: Readable): Promise<number | undefined> {
  return new Promise((resolve) => {
    let text = ''
    info.setEncoding('utf8')
    info.on('data', (part: string) => {
      text += part
      const found = /"child-pid":\s*(\d+)\D/.exec(text)
      if (found !== null) resolve(Number(found[1]))
    })
    info.on('error', () => {})
    info.on('close', () => resolve(undefined))
  })
}

/**
 * The process that the first process of a sandbox started; undefined if both are gone. Synchronous: it is
 * asked at the moment in which the process becomes ready.
 */
export function childOf(pid: number): number | undefined {
  const listed = readText(`/proc/${pid}/task/${pid}/children`)
  // Not every kernel lists children.
  if (listed !== undefined) return listed.trim() === '' ? undefined : Number(listed.trim().split(' ')[0])
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = /^.*\) \S (\d+) /s.exec(readText(`/proc/${name}/stat`) ?? '')?.[1]
    if (parent === String(pid)) return Number(name)
  }
  return undefined
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
