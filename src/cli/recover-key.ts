/**
 * `reprise keys recover`: a new key for an administrator, by whoever may write into the data folder. A
 * service that runs on the folder takes the wish; without one the command opens the database itself, under
 * its lock.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Command } from 'commander'
import { defined } from '../core/defined.ts'
import { ConfigError } from '../main/config.ts'
import {
  askRecovery,
  newRecoveryKey,
  RECOVERY_EVERY_MS,
  recoveryAnswer,
  takeWithoutService,
  withdrawRecovery,
} from '../main/recovery.ts'
import { SETTINGS } from '../main/settings-table.ts'
import { jsonLog, realWorld } from '../main/world.ts'
import { printJson, withJson } from './answer.ts'
import { Terminal } from './terminal.ts'

const LOOK_FOR_ANSWER_MS = 200
const ANSWER_WITHIN_MS = 5 * RECOVERY_EVERY_MS

interface Options {
  readonly data: string
  readonly tenant?: string
  readonly json?: true
}

export function recoverCommand(): Command {
  const { dataDir } = SETTINGS
  return withJson(new Command('recover'))
    .description('Make a new key for an administrator, on the machine of the service, running or stopped.')
    .option(
      '--data <folder>',
      `data folder of the service (${dataDir.variable})`,
      process.env[dataDir.variable] ?? dataDir.default,
    )
    .option('--tenant <tenant>', 'its id or its name; the oldest by default')
    .addHelpText(
      'after',
      '\nOnly who may write into the data folder can do this. Other keys stay as they are; revoke the lost one' +
        '\nwith the new one.\n\nExample:\n  reprise keys recover --data /var/lib/reprise',
    )
    .action(recover)
}

async function recover({ data, tenant, json }: Options): Promise<void> {
  const folder = resolve(data)
  if (!existsSync(join(folder, 'reprise.db'))) {
    throw new ConfigError(
      `there is no database in ${folder}: give the data folder of the service with --data`,
    )
  }
  const world = realWorld(jsonLog('error'))
  const { token, tokenHash } = newRecoveryKey(world)
  await askRecovery(folder, { tokenHash, ...defined({ tenant }) })
  try {
    await takeWithoutService(world, folder)
  } catch (error) {
    await withdrawRecovery(folder)
    throw error
  }
  const answer = await answered(folder, tokenHash)
  if (answer === undefined) {
    await withdrawRecovery(folder)
    throw new ConfigError(`the service on ${folder} did not answer: is it still starting, or stopping?`)
  }
  if ('fault' in answer) throw new ConfigError(answer.fault)
  const { tenant: of, user } = answer
  if (json === true) return printJson({ tenant: of, user, key: token })
  const terminal = new Terminal(process.stdout)
  terminal.line(`key of ${user} in the tenant ${of}, shown this once:`)
  terminal.line(token)
}

async function answered(folder: string, hash: string) {
  for (let waited = 0; waited <= ANSWER_WITHIN_MS; waited += LOOK_FOR_ANSWER_MS) {
    const answer = await recoveryAnswer(folder, hash)
    if (answer !== undefined) return answer
    await wait(LOOK_FOR_ANSWER_MS)
  }
  return undefined
}
