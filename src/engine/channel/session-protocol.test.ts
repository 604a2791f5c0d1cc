import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SCRIPT_LOG_MAX_BYTES } from '../../core/limits.ts'
import {
  type ChildMessage,
  childMessage,
  encodeMessage,
  FrameReader,
  MESSAGE_MAX_BYTES,
  PROTOCOL_VERSION,
} from './session-protocol.ts'

const end = {
  kind: 'end',
  end: {
    kind: 'completed',
    engineTime: 2,
    tables: [{ name: 'T', rows: 3, fields: ['a', 'ü'] }],
    reads: [{ connection: 'DataFiles', path: 'in/s_*.csv' }],
  },
  startedAt: 1,
  progressLog: 'p',
  scriptLog: 's',
  statements: [{ type: 'load' as const, line: 1, table: 'T', rows: 2, fields: 1, durationMs: 3 }],
  storedFiles: [{ connection: 'DataFiles', path: 'out/t.csv', bytes: 9, file: '0' }],
} satisfies ChildMessage

const field = {
  name: 'f',
  distinct: 1,
  values: 2,
  bytes: 3,
  isNumeric: true,
  tags: ['$key'],
  hash: '0123456789abcdef',
  comment: 'c',
}
const profile = { tables: [{ name: 'T', bytes: 5, comment: 'c' }], fields: [field], hasSectionAccess: true }
const profiled = (more: object) => ({ ...end, end: { ...end.end, profile: { ...profile, ...more } } })

const messages: ChildMessage[] = [
  { kind: 'ready', version: PROTOCOL_VERSION },
  {
    kind: 'progress',
    progress: { startedAt: 1, progressLog: 'x\r\n', statement: 2, line: 3, text: 'SLEEP 1', rowsRead: 4 },
  },
  { kind: 'log', lines: 'x\r\ny\r\n' },
  { kind: 'beat' },
  { kind: 'pong' },
  { kind: 'memory', residentBytes: 5 },
  { kind: 'stored', file: end.storedFiles[0]! },
  end,
  { ...end, end: { ...end.end, profile } },
  { ...end, end: { kind: 'out-of-memory' } },
  { ...end, end: { kind: 'interrupted' } },
  { ...end, end: { kind: 'failed', message: 'disk full' } },
  {
    ...end,
    end: { kind: 'script-error', fault: { engineErrorCode: 1, message: 'm', line: 1, statement: 'LOAD' } },
  },
]

describe('the channel', () => {
  test('gives every message back, however its bytes are cut into chunks', () => {
    const bytes = Buffer.concat(messages.map(encodeMessage))
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (cuts) => {
        const reader = new FrameReader()
        const heard: ChildMessage[] = []
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length]!
          heard.push(...reader.push(bytes.subarray(at, at + size)).map(childMessage))
          at += size
        }
        expect(heard).toEqual(messages)
      }),
    )
  })

  test('refuses a frame above the bound by its head alone, before it is held', () => {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(MESSAGE_MAX_BYTES + 1)
    expect(() => new FrameReader().push(head)).toThrow('too large')
  })

  test('refuses what is not JSON', () => {
    const frame = Buffer.from([0, 0, 0, 1, 0x7b])
    expect(() => new FrameReader().push(frame)).toThrow('not JSON')
  })

  test('carries the longest script log, also when JSON has to escape every character of it', () => {
    const message = { ...end, scriptLog: '"'.repeat(SCRIPT_LOG_MAX_BYTES) }
    expect(new FrameReader().push(encodeMessage(message)).map(childMessage)).toEqual([message])
  })

  test('does not send what the other side would refuse', () => {
    const scriptLog = 'x'.repeat(MESSAGE_MAX_BYTES)
    expect(() => encodeMessage({ ...end, scriptLog })).toThrow('too large')
  })
})

describe('a hostile engine process', () => {
  const storing = (path: unknown) => ({
    ...end,
    storedFiles: [{ connection: 'D', path, bytes: 1, file: '0' }],
  })
  const reading = (...reads: readonly unknown[]) => ({ ...end, end: { ...end.end, reads } })
  const read = (path: unknown) => reading({ connection: 'D', path })
  const staged = (file: unknown) => ({ kind: 'stored', file: { connection: 'D', path: 'a', bytes: 1, file } })
  test.each<[string, unknown]>([
    ['says nothing of a kind', {}],
    ['says a text', 'end'],
    ['says null', null],
    ['says a list', [end]],
    ['has an unknown kind', { kind: 'settle' }],
    ['speaks another version', { kind: 'ready', version: PROTOCOL_VERSION + 1 }],
    ['tells negative memory', { kind: 'memory', residentBytes: -1 }],
    ['tells too much of its log at once', { kind: 'log', lines: 'x'.repeat(256 * 1024 + 1) }],
    ['tells progress without numbers', { kind: 'progress', progress: { startedAt: '1' } }],
    ['tells an end of its own', { ...end, end: { kind: 'SUCCEEDED' } }],
    ['tells a table of no rows', { ...end, end: { ...end.end, tables: [{ name: 'T', fields: [] }] } }],
    ['tells of too many fields', profiled({ fields: Array.from({ length: 501 }, () => field) })],
    ['tells a hash that is none', profiled({ fields: [{ ...field, hash: '<script>' }] })],
    ['tells endless tags', profiled({ fields: [{ ...field, tags: ['x'.repeat(5000)] }] })],
    [
      'tells very many tags',
      profiled({ fields: [{ ...field, tags: Array.from({ length: 51 }, () => 'x') }] }),
    ],
    ['tells negative counts', profiled({ fields: [{ ...field, distinct: -1 }] })],
    ['tells an endless comment', profiled({ tables: [{ name: 'T', bytes: 1, comment: 'x'.repeat(5000) }] })],
    ['tells a time that is no whole number', { ...end, startedAt: 1.5 }],
    ['tells no log', { ...end, scriptLog: undefined }],
    ['tells a log beyond its bound', { ...end, scriptLog: 'x'.repeat(SCRIPT_LOG_MAX_BYTES + 1) }],
    ['tells a progress text beyond its bound', { ...end, progressLog: 'x'.repeat(64 * 1024 + 1) }],
    ['tells an endless fault', { ...end, end: { kind: 'failed', message: 'x'.repeat(5000) } }],
    ['stored above its connection', storing('../other/x.csv')],
    ['stored at an absolute path', storing('/etc/cron.d/x')],
    ['stored through a dot', storing('a/./b')],
    ['stored through a backslash', storing('..\\x')],
    ['stored at no path', storing('')],
    ['read above its connection', read('../other/x.csv')],
    ['read at an absolute path', read('/etc/passwd')],
    ['read through a backslash', read('..\\x')],
    ['read at no path', read('')],
    ['read a number', read(1)],
    ['read from no connection', reading({ path: 'a.csv' })],
    ['read from an endless connection', reading({ connection: 'x'.repeat(1025), path: 'a.csv' })],
    ['read nothing that is a list', { ...end, end: { ...end.end, reads: 'a.csv' } }],
    ['read too many files', reading(...Array(1001).fill({ connection: 'D', path: 'a.csv' }))],
    ['read files of endless names', reading(...Array(2).fill({ connection: 'D', path: 'x'.repeat(40_000) }))],
    ['staged above its folder', staged('../../secret.key')],
    ['staged under a name', staged('a')],
    ['staged under no name', staged(undefined)],
  ])('%s, and is not believed', (_label, message) => {
    expect(() => childMessage(message)).toThrow()
  })

  test('cannot add fields to what it tells', () => {
    const told = childMessage({ ...end, end: { ...end.end, fileBytes: 1 }, outcome: 'SUCCEEDED' })
    expect(told).toEqual(end)
  })
})
