/** What keeps events from a Kafka broker is told, ends nothing, and is over when it is over. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type KafkaListener, startKafkaListener } from '../../../test/support/kafka-listener.ts'
import { aCloudEvent, aSubscription } from '../../../test/support/records.ts'
import type { BrokerChannel, Sent } from '../channel.ts'
import { kafkaChannel } from './kafka.ts'

const TOPIC = 'reloads'
const EVENT = aCloudEvent({ toplevelresourceid: 'app' })

const folder = mkdtempSync(join(tmpdir(), 'reprise-kafka-'))
let tls: { key: string; cert: string }
beforeAll(() => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert]
  execFileSync('openssl', [...made, '-days', '2', '-subj', '/CN=127.0.0.1'], { stdio: 'ignore' })
  tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ends: (() => Promise<void>)[] = []
const logged: string[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  logged.length = 0
})

async function listener(...args: [tls?: typeof tls]): Promise<KafkaListener> {
  const started = await startKafkaListener(TOPIC, ...args)
  ends.push(() => started.close())
  return started
}

async function channel(url: string): Promise<BrokerChannel> {
  const note = (message: string, fields?: object) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const log = { info: note, warn: note, error: note }
  const opened = await kafkaChannel({ url, topic: TOPIC, contentMode: 'binary', sasl: 'PLAIN', log })
  ends.push(() => opened.close())
  return opened
}

const send = (to: BrokerChannel): Promise<Sent> => to.send([EVENT], aSubscription(), 0)

async function sentAtLast(to: BrokerChannel): Promise<Sent> {
  for (;;) {
    const sent = await send(to)
    if (sent.ok) return sent
    await new Promise(setImmediate)
  }
}

describe('Kafka', () => {
  test('takes events by a listener of a test, told at the start', async () => {
    const kafka = await listener()
    const to = await channel(`kafka://127.0.0.1:${kafka.port}`)
    await expect.poll(() => logged.join()).toContain('events go to Kafka')
    expect(to.fault).toBeUndefined()
    expect(await send(to)).toEqual({ ok: true, message: `offset 0 of partition 0 of topic ${TOPIC}` })
  })

  test('with wrong credentials says so at the start, and takes events once they are right', async () => {
    const kafka = await listener()
    kafka.password = 'right'
    const to = await channel(`kafka://reprise:wrong@127.0.0.1:${kafka.port}`)
    await expect.poll(() => to.fault, { timeout: 10_000 }).toBe('SASL authentication failed.')
    const sent = await send(to)
    expect(sent).toMatchObject({ ok: false, message: `Kafka: ${to.fault}` })
    expect(logged.join()).not.toContain('wrong')
    kafka.password = 'wrong'
    expect(await sentAtLast(to)).toMatchObject({ ok: true })
    expect(to.fault).toBeUndefined()
  })

  test('whose credentials change while it runs goes on when they are back', async () => {
    const kafka = await listener()
    kafka.password = 'right'
    const to = await channel(`kafka://reprise:right@127.0.0.1:${kafka.port}`)
    expect(await sentAtLast(to)).toMatchObject({ ok: true })
    kafka.password = 'changed'
    kafka.disconnect()
    await expect.poll(async () => (await send(to)).ok).toBe(false)
    for (let n = 0; n < 5; n++) expect((await send(to)).ok).toBe(false)
    kafka.password = 'right'
    expect(await sentAtLast(to)).toMatchObject({ ok: true })
    for (let n = 0; n < 5; n++) expect(await send(to)).toMatchObject({ ok: true })
    const told = logged.filter((line) => line.includes('events wait') || line.includes('they wait'))
    expect(told).not.toEqual([])
  })

  test('whose certificate is not trusted is told, and ends nothing', async () => {
    const kafka = await listener(tls)
    const to = await channel(`kafka+tls://127.0.0.1:${kafka.port}`)
    expect(await send(to)).toMatchObject({ ok: false, message: expect.stringMatching(/certificate/) })
    expect(kafka.accepted).toBe(0)
  })

  test.each([
    ['without TLS, asked for TLS', 'kafka+tls', false, /^Kafka: .*TLS/],
    ['with TLS, asked for none', 'kafka', true, /^Kafka: .* is it kafka:\/\/ or kafka\+tls:\/\/\?$/],
  ])('%s, is told in bounded time', { timeout: 60_000 }, async (_, scheme, isTls, told) => {
    const kafka = await listener(isTls ? tls : undefined)
    const to = await channel(`${scheme}://reprise:secret@127.0.0.1:${kafka.port}`)
    const sent = await send(to)
    expect(sent.ok).toBe(false)
    expect(sent.message).toMatch(told)
    expect(kafka.accepted).toBe(0)
  })
})
