/**
 * Certificate and key of the service in their files. They are looked at every few seconds, whatever kind of
 * file, link or mounted volume they are; a pair that does not fit together, such as one that is half written,
 * leaves the one before in place.
 */
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { TlsPair } from '../api/http/deps.ts'
import type { World } from '../core/ports.ts'
import type { Running } from './services.ts'
import { StartRefused } from './surroundings.ts'

export interface TlsFiles {
  /** Absolute. */
  readonly certFile: string
  readonly keyFile: string
}

const LOOK_EVERY_MS = 2000

/** @throws StartRefused when the pair is no good */
export async function readTlsPair({ certFile, keyFile }: TlsFiles): Promise<TlsPair> {
  try {
    return checked({ cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') })
  } catch (error) {
    const told = (error as Error).message
    throw new StartRefused(`the certificate ${certFile} with the key ${keyFile} is no good: ${told}`)
  }
}

/** Calls `change` with each new pair that is good; tells of one that is not, once. */
export function watchTlsPair(
  files: TlsFiles,
  first: TlsPair,
  change: (pair: TlsPair) => void,
  { timers, log }: Pick<World, 'timers' | 'log'>,
): Running {
  let stopped = false
  let told = ''
  let current = textOf(first)
  let wait = timers.wait(LOOK_EVERY_MS)
  const look = async () => {
    const pair = await readTlsPair(files)
    if (textOf(pair) === current) return
    change(pair)
    current = textOf(pair)
    log.info('the certificate was changed', { file: files.certFile })
  }
  const looking = (async () => {
    while (!stopped) {
      await wait.done
      if (stopped) return
      const fault = await look().then(
        () => '',
        (error: Error) => error.message,
      )
      if (fault !== '' && fault !== told) log.error('the certificate stays as it was', { error: fault })
      told = fault
      wait = timers.wait(LOOK_EVERY_MS)
    }
  })()
  return {
    async stop() {
      stopped = true
      wait.end()
      await looking
    },
  }
}

/** @throws Error when they do not belong together, or are no PEM */
function checked(pair: TlsPair): TlsPair {
  createSecureContext({ ...pair })
  return pair
}

function textOf({ cert, key }: TlsPair): string {
  return `${cert}\n${key}`
}
