/** The service with certificates of its own: as a client sees it, and while the files are exchanged. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, expect, it } from 'vitest'
import { until } from '../support/observe.ts'
import {
  ADMIN_KEY,
  endAll,
  newDataFolder,
  spawnService,
  startServiceProcess,
} from '../support/service-process.ts'

afterAll(endAll)

interface Pair {
  readonly cert: string
  readonly key: string
}

/** A certificate for localhost that vouches for itself. */
function newPair(folder: string, name: string): Pair {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', key, '-out', cert],
  ])
  if (made.status !== 0) throw new Error(String(made.stderr))
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

function get(url: string, ca: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` }
    const asked = request(url, { ca, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode, text }))
    })
    asked.on('error', reject).end()
  })
}

/** Name of the certificate that a new connection is shown, and the version of TLS that was agreed upon. */
function greeted(url: string, more: object = {}): Promise<{ name: unknown; version: string | null }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      { host: hostname, port: Number(port), rejectUnauthorized: false, ...more },
      () => {
        resolve({ name: socket.getPeerCertificate().subject.CN, version: socket.getProtocol() })
        socket.destroy()
      },
    )
    socket.on('error', reject)
  })
}

it('speaks HTTPS only, and takes a new pair while it runs, but no half of one', async () => {
  const folder = newDataFolder()
  const [first, second] = [newPair(folder, 'first'), newPair(folder, 'second')]
  const [certFile, keyFile] = [join(folder, 'live.crt'), join(folder, 'live.key')]
  writeFileSync(certFile, first.cert)
  writeFileSync(keyFile, first.key)
  const { child, exited } = spawnService(
    newDataFolder(),
    { REPRISE_TLS_CERT: certFile, REPRISE_TLS_KEY: keyFile, REPRISE_LOG_LEVEL: 'info' },
    ['ignore', 'pipe', 'pipe'],
  )
  let printed = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      printed += part
    })
  }
  await until('it listens', () => /^Reprise listens on \S+$/m.test(printed), 30_000)
  const url = /^Reprise listens on (\S+)$/m.exec(printed)![1]!
  expect(url).toMatch(/^https:/)
  const list = await get(`${url}/api/v1/reloads`, first.cert)
  expect(list.status).toBe(200)
  expect(JSON.parse(list.text).links.self.href).toBe(`${url}/api/v1/reloads`)
  await expect(fetch(url.replace('https:', 'http:'))).rejects.toThrow()
  expect(await greeted(url)).toEqual({ name: 'first', version: 'TLSv1.3' })
  expect(await greeted(url, { maxVersion: 'TLSv1.2' })).toMatchObject({ version: 'TLSv1.2' })
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }
  await expect(greeted(url, old)).rejects.toThrow()

  writeFileSync(certFile, second.cert)
  await until('the half is refused', () => printed.includes('the certificate stays as it was'))
  expect(await greeted(url)).toMatchObject({ name: 'first' })
  writeFileSync(keyFile, second.key)
  await until('the pair is taken', () => printed.includes('the certificate was changed'))
  expect(await greeted(url)).toMatchObject({ name: 'second' })
  expect((await get(`${url}/healthz`, second.cert)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
})

it('does not start with a pair that does not belong together', async () => {
  const folder = newDataFolder()
  newPair(folder, 'one')
  newPair(folder, 'two')
  const started = startServiceProcess(newDataFolder(), {
    REPRISE_TLS_CERT: join(folder, 'one.crt'),
    REPRISE_TLS_KEY: join(folder, 'two.key'),
  })
  await expect(started).rejects.toThrow('ended with 1')
})
