/**
 * Certificate and key of the service in their files. They are looked at every few seconds, whatever kind of
 * file, link or mounted volume they are; a pair that does not fit together, such as one that is half written,
 * leaves the one before in place.
 */
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { TlsPair } from '../api/http/deps.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { World } from '../core/ports.ts'
import { StartRefused } from './surroundings.ts'

export interface TlsFiles {
  /** Absolute. */
  readonly certFile: string
  readonly keyFile: string
}

const LOOK_EVERY_MS = 2000

/**
 * @param known is answered as it is when the files still say the same
 * @throws StartRefused when the pair is no good
 */
export async function readTlsPair({ certFile, keyFile }: TlsFiles, known?: TlsPair): Promise<TlsPair> {
  try {
    const pair = { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') }
    return known?.cert === pair.cert && known.key === pair.key ? known : checked(pair)
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
  world: Pick<World, 'timers' | 'log'>,
): Loop {
  let told = ''
  let current = first
  const look = async () => {
    const pair = await readTlsPair(files, current)
    if (pair === current) return
    change(pair)
    current = pair
    world.log.info('the certificate was changed', { file: files.certFile })
  }
  return startLoop(world, 'watching the certificate', async () => {
    const fault = await look().then(
      () => '',
      (error: Error) => error.message,
    )
    if (fault !== '' && fault !== told) world.log.error('the certificate stays as it was', { error: fault })
    told = fault
    return LOOK_EVERY_MS
  })
}

/** @throws Error when they do not belong together, or are no PEM */
function checked(pair: TlsPair): TlsPair {
  createSecureContext({ ...pair })
  return pair
}
