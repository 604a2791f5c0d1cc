import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import { ConfigError, parseDurationMs, readConfig } from './config.ts'

describe('readConfig', () => {
  it('has working defaults', () => {
    const config = readConfig({}, {})
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4600,
      adminKey: undefined,
      publicUrl: undefined,
      rateLimit: true,
      drainMs: 30_000,
    })
    expect(config.limits).toEqual(DEFAULT_LIMITS)
    expect(config.slots).toBeGreaterThanOrEqual(1)
  })

  it('lets a flag win over the environment and the environment over the default', () => {
    expect(readConfig({}, { REPRISE_PORT: '7' }).port).toBe(7)
    expect(readConfig({ port: '8' }, { REPRISE_PORT: '7' }).port).toBe(8)
  })

  it('tells every fault at once, each with its setting and what it takes', () => {
    const read = () =>
      readConfig(
        {},
        {
          REPRISE_PORT: '70000',
          REPRISE_RUN_TIME: 'long',
          REPRISE_ENGINE_SIZES: '2g,1g',
          REPRISE_ADMIN_KEY: 'short',
          REPRISE_PUBLIC_URL: 'example.com',
          REPRISE_WEBHOOK_ALLOW: 'http://x',
          REPRISE_TRUSTED_PROXIES: '10.0.0.1, ::1, 10.0.0.0/8, proxy.example.com',
          REPRISE_LOG_LEVEL: 'loud',
        },
      )
    expect(read).toThrow(ConfigError)
    for (const part of [
      'REPRISE_PORT: "70000" is not a whole number from 0 to 65535',
      'REPRISE_RUN_TIME: "long" is not a duration such as 90s, 20m or 3h',
      'REPRISE_ENGINE_SIZES: engine size 1g does not grow',
      'REPRISE_ADMIN_KEY: needs at least 16 characters',
      'REPRISE_PUBLIC_URL: "example.com" is not an address',
      'REPRISE_WEBHOOK_ALLOW: "http://x" is neither',
      'REPRISE_TRUSTED_PROXIES: "proxy.example.com" is neither an address nor a network',
      'REPRISE_LOG_LEVEL: "loud" is none of',
    ]) {
      expect(read).toThrow(part)
    }
  })

  it('reads brokers, and never repeats an address, which may hold a password', () => {
    expect(readConfig({}, {}).brokers).toEqual({})
    const url = 'kafka://me:secret@one:9092,kafka://two'
    const { kafka, nats } = readConfig({ kafkaUrl: url, kafkaSasl: 'scram-sha-512' }, {}).brokers
    expect(nats).toBeUndefined()
    expect(kafka).toEqual({
      url,
      topic: 'reprise.events',
      eventTypes: ['com.qlik.v1.reload.finished'],
      contentMode: 'binary',
      sasl: 'SCRAM-SHA-512',
    })
    const read = () => readConfig({ kafkaUrl: 'http://me:secret@one', kafkaTopic: 'a b' }, {})
    expect(read).toThrow('REPRISE_KAFKA_URL: it must be an address such as kafka://kafka.example.com:9092')
    expect(read).toThrow('REPRISE_KAFKA_TOPIC: a topic name is of letters')
    expect(read).not.toThrow('secret')
  })

  it.each([
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, tls: 'starttls' }],
    ['smtps://mail.example.com/', { host: 'mail.example.com', port: 465, tls: 'implicit' }],
    ['smtp+plain://[::1]:2525', { host: '::1', port: 2525, tls: 'none' }],
    [
      'smtp://a%40b:p%2Fw%3A@mail.example.com:25',
      { host: 'mail.example.com', port: 25, tls: 'starttls', user: 'a@b', password: 'p/w:' },
    ],
  ])('reads the mail server %s', (smtpUrl, server) => {
    expect(readConfig({}, {}).mail).toBeUndefined()
    const mailFrom = 'Reprise <reprise@example.com>'
    expect(readConfig({ smtpUrl, mailFrom }, {}).mail).toEqual({ server, from: mailFrom })
  })

  it('needs a sender with a mail server, and never repeats its address, which holds a password', () => {
    const wrong = 'http://me:secret@mail.example.com'
    const read = () => readConfig({ smtpUrl: wrong }, {})
    expect(read).toThrow('REPRISE_SMTP_URL: it must be an address such as smtp://')
    expect(read).not.toThrow('secret')
    expect(() => readConfig({ smtpUrl: 'smtp://me:100%secret@mail.example.com' }, {})).toThrow('as %25')
    const smtpUrl = 'smtp://mail.example.com'
    for (const mailFrom of ['', 'Reprise', 'a@b\r\nBcc: c@d', 'a@b, c@d', 'Reprise <a>']) {
      expect(() => readConfig({ smtpUrl, mailFrom }, {})).toThrow('REPRISE_MAIL_FROM: it must be an address')
    }
  })

  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['3h', 10_800_000],
  ])('reads the duration %s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms)
  })

  it('reads sizes', () => {
    const { engineSizes } = readConfig({ engineSizes: '1g, 2G' }, {})
    expect(engineSizes.map((size) => size.memoryBytes)).toEqual([1024 ** 3, 2 * 1024 ** 3])
    expect(readConfig({}, {}).engineSizes.length).toBeGreaterThan(0)
  })

  it('reads the memory of all engines, never less than the largest', () => {
    expect(readConfig({ engineSizes: '1g,2g', engineMemory: '5g' }, {}).engineMemoryBytes).toBe(5 * 1024 ** 3)
    const { engineMemoryBytes, engineSizes } = readConfig({}, {})
    expect(engineMemoryBytes).toBeGreaterThanOrEqual(engineSizes.at(-1)!.memoryBytes)
    expect(() => readConfig({ engineSizes: '1g,2g', engineMemory: '2047m' }, {})).toThrow(
      'REPRISE_ENGINE_MEMORY: "2047m" is less than the largest engine, engine-2g',
    )
    expect(() => readConfig({ engineMemory: 'much' }, {})).toThrow('"much" is not an amount of memory')
  })
})
