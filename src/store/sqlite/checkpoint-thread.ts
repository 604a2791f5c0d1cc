/**
 * The thread of checkpoints.ts: on each message it copies what is committed from the write-ahead log into the
 * database file and syncs it, over a connection of its own, and tells when it is done. A checkpoint that
 * fails ends the thread.
 */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

const port = parentPort!
const db = new DatabaseSync(workerData as string)
db.exec('PRAGMA synchronous = FULL')
port.on('message', (asked: 'copy' | 'stop') => {
  if (asked === 'stop') {
    db.close()
    port.close()
    return
  }
  db.exec('PRAGMA wal_checkpoint(PASSIVE)')
  port.postMessage('copied')
})
