/** Alerts from end to end: a real service, a real mail server, a real room; also over a kill. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commandEnvironment, endCommands, startCommand } from '../support/command-process.ts'
import {
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

const PASSWORD = 'mail-server-password'
const BAD = 'LOAD * FROM [lib://DataFiles/missing.csv] (txt);'
const GOOD = 'T: LOAD 1 AS a AUTOGENERATE 1;'

const mails: string[] = []
const messages: string[] = []
const folder = newDataFolder()
let takesMail = true
let service: ServiceProcess
let roomUrl: string

const smtp = new SMTPServer({
  allowInsecureAuth: true,
  hideSTARTTLS: true,
  disableReverseLookup: true,
  onAuth: ({ password }, _session, done) =>
    password === PASSWORD ? done(null, { user: 'reprise' }) : done(new Error('no')),
  onMailFrom: (_address, _session, done) => done(takesMail ? null : new Error('later')),
  onData(stream, _session, done) {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      mails.push(Buffer.concat(chunks).toString('utf8'))
      done()
    })
  },
})
smtp.on('error', () => {})
const room = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  messages.push(JSON.parse(text).text)
  response.end('ok')
})

const environment = () => ({
  REPRISE_SMTP_URL: `smtp+plain://reprise:${PASSWORD}@127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
  REPRISE_MAIL_FROM: 'Reprise <reprise@example.org>',
  REPRISE_PUBLIC_URL: 'https://reload.example.com',
})

beforeAll(async () => {
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => room.listen(0, '127.0.0.1', resolve))
  roomUrl = `http://127.0.0.1:${(room.address() as AddressInfo).port}/services/secret-of-room`
  service = await startServiceProcess(folder, environment())
})
afterAll(async () => {
  endCommands()
  await endAll()
  smtp.close(() => {})
  room.close()
})

async function reload(appId: string, script: string): Promise<string> {
  await service.client.setScript(appId, script)
  const { id } = await service.client.startReload(appId)
  await service.client.waitForEnd(id)
  return id
}

const create = (alert: object) => service.client.call<{ id: string }>('POST', '/api/v1/alerts', alert)
const subjects = () => mails.map((mail) => /^Subject: (.*)\r$/m.exec(mail)?.[1])
const messageIds = () => mails.map((mail) => /^Message-ID: (.*)\r$/m.exec(mail)?.[1])

it('tells a first failure and the recovery once, by mail and in a room', { timeout: 120_000 }, async () => {
  const on = ['failure', 'recovery']
  const { id } = await create({ name: 'Ops', channel: 'mail', on, to: ['ops@example.com'] })
  await create({ name: 'Room', channel: 'chat', on, url: roomUrl, format: 'slack' })

  const tried = startCommand(commandEnvironment(service), ['alerts', 'test', id])
  expect([await tried.ended, tried.printed]).toEqual([0, ['sent']])
  expect(subjects()).toEqual(['Test of an alert: nothing happened'])
  const listed = startCommand(commandEnvironment(service), ['alerts', 'list'])
  expect(await listed.ended).toBe(0)
  expect(listed.printed.join('\n')).toMatch(new RegExp(`${id}.*mail.*ops@example.com.*on\n?`))
  expect(listed.printed.join('\n')).not.toContain('secret-of-room')
  mails.length = 0

  const appId = await service.client.createApp('Sales')
  await reload(appId, GOOD)
  const failed = await reload(appId, BAD)
  await reload(appId, BAD)
  await reload(appId, GOOD)
  await expect.poll(() => [mails.length, messages.length], { timeout: 30_000 }).toEqual([2, 2])
  expect(subjects()).toEqual(['The reload of Sales failed', 'Sales reloads again'])
  const [mail] = mails.map((text) => text.replaceAll('=\r\n', ''))
  expect(mail).toContain('missing.csv')
  expect(mail).toContain(`https://reload.example.com/api/v1/apps/${appId}/reloads/logs/${failed}`)
  expect(messages[0]).toMatch(/^\*The reload of Sales failed\*.*missing\.csv/s)
})

it('sends what a step of an automation tells, by mail and in a room', { timeout: 60_000 }, async () => {
  mails.length = 0
  messages.length = 0
  const steps = [
    {
      id: 'mail',
      kind: 'notify',
      mail: { to: ['ops@example.com'] },
      subject: 'Of {{input.a}}',
      text: 'Hello',
    },
    { id: 'room', kind: 'notify', chat: { format: 'slack', url: roomUrl }, text: '{{steps.mail.status}}' },
  ]
  const automation = { name: 'Tell', workspace: { version: 1, steps } }
  const { id } = await service.client.call<{ id: string }>('POST', '/api/v1/automations', automation)
  const path = `/api/v1/automations/${id}/runs`
  const run = await service.client.call<{ id: string }>('POST', path, { inputs: { a: 'Sales' } })
  const read = () => service.client.call<{ status: string }>('GET', `${path}/${run.id}`)
  await expect.poll(async () => (await read()).status, { timeout: 30_000 }).toBe('finished')
  expect(subjects()).toEqual(['Of Sales'])
  expect(messageIds()).toEqual([`<${run.id}/mail@example.org>`])
  expect(messages).toEqual(['succeeded'])
  mails.length = 0
  messages.length = 0
})

it('keeps a mail that the server does not take over a kill, and its Message-ID', {
  timeout: 120_000,
}, async () => {
  mails.length = 0
  takesMail = false
  const appId = await service.client.createApp('Stock')
  await reload(appId, BAD)
  await service.killHard()
  takesMail = true
  service = await startServiceProcess(folder, environment())
  await expect.poll(() => subjects(), { timeout: 60_000 }).toContain('The reload of Stock failed')
  expect(new Set(messageIds()).size).toBe(1)
  expect(service.printed.join('\n')).not.toContain(PASSWORD)
})
