/** Stores of a worker whose scripts store nothing: whoever asks has made a mistake. */
import type { Stores } from '../../src/files/stores.ts'

const notHere = async (): Promise<never> => {
  throw new Error('no script of this test stores anything')
}

export const NO_STORES: Stores = { settleWith: notHere, publishNow: notHere, discard: notHere }
