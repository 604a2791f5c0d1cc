/** A lost admin key: a new one by whoever may write into the data folder, with a service on it or none. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { Client } from '../../src/cli/client.ts'
import { endCommands, startCommand } from '../support/command-process.ts'
import { endAll, newDataFolder, startServiceProcess } from '../support/service-process.ts'

afterAll(async () => {
  endCommands()
  await endAll()
})

async function recover(dataDir: string, ...more: string[]) {
  const command = startCommand({ PATH: process.env.PATH }, ['keys', 'recover', '--data', dataDir, ...more])
  const code = await command.ended
  return { code, printed: command.printed, key: command.printed.at(-1) ?? '' }
}
const nameBehind = async (url: string, key: string) =>
  (await new Client(url, key).call<{ name: string }>('GET', '/api/v1/users/me')).name
const left = (dataDir: string) => readdirSync(dataDir).filter((name) => name.startsWith('recover-key'))

it('is made while the service runs, and while none does; nobody else’s key is touched', async () => {
  const dataDir = newDataFolder()
  const first = await startServiceProcess(dataDir)
  const running = await recover(dataDir)
  expect([running.code, running.printed[0]]).toEqual([0, expect.stringContaining('key of admin')])
  expect(await nameBehind(first.url, running.key)).toBe('admin')
  expect(await nameBehind(first.url, 'end-to-end-admin-key')).toBe('admin')
  const audits = await new Client(first.url, running.key).call<{ data: { eventType: string }[] }>(
    'GET',
    '/api/v1/audits?eventType=com.qlik.v1.api-key.created',
  )
  expect(audits.data).toHaveLength(1)
  await first.killHard()

  const stopped = await recover(dataDir)
  expect(stopped.code).toBe(0)
  expect(left(dataDir)).toEqual([])
  const second = await startServiceProcess(dataDir)
  for (const key of [running.key, stopped.key]) expect(await nameBehind(second.url, key)).toBe('admin')
  expect(readFileSync(join(dataDir, 'reprise.db')).includes(Buffer.from(stopped.key))).toBe(false)

  const unknown = await recover(dataDir, '--tenant', 'nobody')
  expect([unknown.code, unknown.key]).toEqual([
    2,
    expect.stringContaining('there is no such tenant; there are: '),
  ])
  expect(left(dataDir)).toEqual([])
  expect(await second.stop()).toBe(0)
})

it('is refused where there is no database, and nothing is made there', async () => {
  const dataDir = newDataFolder()
  const { code, key } = await recover(dataDir)
  expect([code, key]).toEqual([2, expect.stringContaining('--data')])
  expect(existsSync(join(dataDir, 'reprise.db'))).toBe(false)
  expect(left(dataDir)).toEqual([])
})
