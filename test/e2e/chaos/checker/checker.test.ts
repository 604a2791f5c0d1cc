import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FINDING_KINDS, type FindingKind } from './finding.ts'
import { type Entry, historyText, parseHistory } from './history.ts'
import { excerpt, judge } from './judge.ts'
import { shortfalls, tallyOf } from './tally.ts'

const FOUND = `${import.meta.dirname}/found`

/**
 * Two apps of one tenant. `a` adds a row of each run to two files; `a` and `b` both write `whole.qvd` with
 * ten rows. a-1 succeeded, b-1 succeeded later, a-2 failed, a-3 was canceled, and r-1 read everything.
 */
const GOOD: readonly Entry[] = [
  { kind: 'app', name: 'a', tenant: 't', size: 'small' },
  { kind: 'app', name: 'b', tenant: 't', size: 'large' },
  { kind: 'app', name: 'r', tenant: 't', size: 'reader' },
  { kind: 'place', name: 'p.qvd', keeps: 'every', rows: 1, writers: ['a'], group: 'pair' },
  { kind: 'place', name: 'q.csv', keeps: 'every', rows: 1, writers: ['a'], group: 'pair' },
  { kind: 'place', name: 'whole.qvd', keeps: 'last', rows: 10, writers: ['a', 'b'], group: 'whole' },
  { kind: 'receiver', name: 'hook', tenants: ['t'], once: false },
  { kind: 'receiver', name: 'stream', tenants: ['t'], once: true },
  ...life(100, 'a-1', 'a', 'SUCCEEDED'),
  ...life(200, 'b-1', 'b', 'SUCCEEDED'),
  ...life(300, 'a-2', 'a', 'FAILED'),
  ...life(400, 'a-3', 'a', 'CANCELED'),
  { kind: 'cancel', at: 440, reload: 'id of a-3', answer: 'canceling' },
  ...life(500, 'r-1', 'r', 'SUCCEEDED', false),
  { kind: 'read', at: 600, reload: 'id of r-1', place: 'p.qvd', rows: { 'a-1': 1 } },
  { kind: 'read', at: 600, reload: 'id of r-1', place: 'q.csv', rows: { 'a-1': 1 } },
  { kind: 'read', at: 600, reload: 'id of r-1', place: 'p.qvd', rows: { 'a-1': 1 } },
  { kind: 'read', at: 600, reload: 'id of r-1', place: 'whole.qvd', rows: { 'b-1': 10 } },
]

function life(at: number, run: string, app: string, status: string, writes = true): Entry[] {
  const reload = `id of ${run}`
  const event = `event of ${run}`
  const arrived = { kind: 'arrived', event, reload, status, body: 'body' } as const
  return [
    { kind: 'asked', at, run, app, writes },
    { kind: 'accepted', at: at + 10, run, reload },
    { kind: 'seen', at: at + 20, reload, status: 'RELOADING' },
    { kind: 'seen', at: at + 60, reload, status },
    { ...arrived, at: at + 61, receiver: 'hook' },
    { ...arrived, at: at + 62, receiver: 'hook' },
    { ...arrived, at: at + 63, receiver: 'stream' },
    { kind: 'listed', reload, status, endedAt: at + 50 },
    {
      kind: 'audited',
      at: at + 50,
      of: 'attempt',
      event: `try of ${run}`,
      reload,
      status: 'ok',
      durationMs: 30,
      requeues: 0,
    },
    { kind: 'audited', at: at + 50, of: 'reload', event, reload, status, durationMs: 0, requeues: 0 },
  ]
}

type Change = (entry: Entry) => Entry | readonly Entry[]

/** What is planted: each entry of the good history as the fault leaves it. */
const PLANTED: Readonly<Record<string, { readonly finds: FindingKind; readonly change: Change }>> = {
  'a reload that is not known any more': { finds: 'no outcome', change: without('listed', 'id of a-2') },
  'a reload that never ends': {
    finds: 'no outcome',
    change: edit('listed', 'id of a-2', { status: 'QUEUED' }),
  },
  'an outcome that changes': {
    finds: 'outcome changed',
    change: after('seen', 'id of a-2', { kind: 'seen', at: 390, reload: 'id of a-2', status: 'SUCCEEDED' }),
  },
  'an ended reload that runs again': {
    finds: 'outcome changed',
    change: after('seen', 'id of a-1', { kind: 'seen', at: 190, reload: 'id of a-1', status: 'RELOADING' }),
  },
  'a repeated request that is accepted twice': {
    finds: 'one request, two reloads',
    change: after('accepted', 'id of a-1', { kind: 'accepted', at: 115, run: 'a-1', reload: 'another' }),
  },
  'a reload that nobody asked for': {
    finds: 'reload from nowhere',
    change: after('listed', 'id of a-1', {
      kind: 'listed',
      reload: 'stray',
      status: 'SUCCEEDED',
      endedAt: 1,
    }),
  },
  'a canceled reload that succeeds': {
    finds: 'cancel undone',
    change: after('listed', 'id of a-1', {
      kind: 'cancel',
      at: 130,
      reload: 'id of a-1',
      answer: 'canceled',
    }),
  },
  'an end without an event': { finds: 'no finished event', change: without('audited', 'id of a-2') },
  'two events of one end': {
    finds: 'two finished events',
    change: (entry) =>
      entry.kind === 'audited' && entry.of === 'reload' && entry.reload === 'id of a-2'
        ? [entry, { ...entry, event: 'second event' }]
        : entry,
  },
  'an event that tells another outcome': {
    finds: 'event tells another outcome',
    change: (entry) =>
      entry.kind === 'audited' && entry.of === 'reload' && entry.reload === 'id of a-2'
        ? { ...entry, status: 'SUCCEEDED' }
        : entry,
  },
  'a delivery that tells another outcome': {
    finds: 'event tells another outcome',
    change: edit('arrived', 'id of a-2', { status: 'SUCCEEDED' }),
  },
  'a second send under a new id': {
    finds: 'event ids differ',
    change: (entry) => (entry.kind === 'arrived' && entry.at === 162 ? { ...entry, event: 'new' } : entry),
  },
  'a second send with another body': {
    finds: 'bodies differ',
    change: (entry) => (entry.kind === 'arrived' && entry.at === 162 ? { ...entry, body: 'new' } : entry),
  },
  'an event that is not known': {
    finds: 'event from nowhere',
    change: (entry) =>
      entry.kind === 'arrived' && entry.at === 162 ? { ...entry, event: 'stray', reload: 'another' } : entry,
  },
  'a webhook that never gets an event': {
    finds: 'delivery missing',
    change: (entry) => (entry.kind === 'arrived' && (entry.at === 161 || entry.at === 162) ? [] : entry),
  },
  'a stream that lacks an event': {
    finds: 'delivery missing',
    change: (entry) => (entry.kind === 'arrived' && entry.at === 463 ? [] : entry),
  },
  'a stream that holds an event twice': {
    finds: 'delivered twice',
    change: (entry) => (entry.kind === 'arrived' && entry.at === 463 ? [entry, entry] : entry),
  },
  'a row stored by both attempts': { finds: 'effect doubled', change: rows('p.qvd', { 'a-1': 2 }) },
  'a row that is lost': { finds: 'effect missing', change: rows('p.qvd', {}) },
  'a file written whole that is lost': { finds: 'effect missing', change: rows('whole.qvd', {}) },
  'a row of a failed reload': {
    finds: 'effect of a reload that did not succeed',
    change: rows('p.qvd', { 'a-1': 1, 'a-2': 1 }),
  },
  'a row of a canceled reload': {
    finds: 'effect of a reload that did not succeed',
    change: rows('p.qvd', { 'a-1': 1, 'a-3': 1 }),
  },
  'a row of a reload over its limit': {
    finds: 'effect of a reload that did not succeed',
    change: (entry) =>
      rows('p.qvd', { 'a-1': 1, 'a-2': 1 })(
        'status' in entry && entry.reload === 'id of a-2' && entry.status === 'FAILED'
          ? { ...entry, status: 'EXCEEDED_LIMIT' }
          : entry,
      ),
  },
  'a row that is read before its commit': {
    finds: 'effect before its commit',
    change: edit('listed', 'id of a-1', { endedAt: 700 }),
  },
  'a reader that finds its own row': {
    finds: 'effect before its commit',
    change: after('accepted', 'id of a-1', {
      kind: 'read',
      at: 120,
      reload: 'id of a-1',
      place: 'p.qvd',
      rows: { 'a-1': 1 },
    }),
  },
  'a part of a file': { finds: 'torn', change: rows('whole.qvd', { 'b-1': 7 }) },
  'a mixture of two runs': { finds: 'torn', change: rows('whole.qvd', { 'a-1': 4, 'b-1': 6 }) },
  'one of two files that are stored together': {
    finds: 'not seen together',
    change: rows('q.csv', {}),
  },
  'a file that an earlier reload wrote over a later one': {
    finds: 'earlier commit won',
    change: rows('whole.qvd', { 'a-1': 10 }),
  },
  'rows of a run that does not exist': {
    finds: 'rows from nowhere',
    change: rows('p.qvd', { 'a-1': 1, 'z-9': 1 }),
  },
  'rows of an app that does not write there': {
    finds: 'rows from nowhere',
    change: rows('p.qvd', { 'a-1': 1, 'b-1': 1 }),
  },
  'a file that nobody reads in the end': {
    finds: 'not looked at',
    change: (entry) => (entry.kind === 'read' && entry.place === 'whole.qvd' ? [] : entry),
  },
}

function edit(kind: Entry['kind'], reload: string, change: Readonly<Record<string, unknown>>): Change {
  return (entry) =>
    entry.kind === kind && 'reload' in entry && entry.reload === reload
      ? ({ ...entry, ...change } as Entry)
      : entry
}

function after(kind: Entry['kind'], reload: string, added: Entry): Change {
  return (entry) =>
    entry.kind === kind && 'reload' in entry && entry.reload === reload ? [entry, added] : entry
}

function without(kind: Entry['kind'], reload: string): Change {
  return (entry) => (entry.kind === kind && 'reload' in entry && entry.reload === reload ? [] : entry)
}

function rows(place: string, told: Readonly<Record<string, number>>): Change {
  return (entry) => (entry.kind === 'read' && entry.place === place ? { ...entry, rows: told } : entry)
}

const kindsOf = (history: readonly Entry[]) => judge(history).map(({ kind }) => kind)

describe('the checker of chaos', () => {
  it('finds nothing in a history in which all is well', () => {
    expect(judge(GOOD)).toEqual([])
  })

  it.each(Object.entries(PLANTED))('finds %s, and an excerpt still shows it', (_, { finds, change }) => {
    const history = GOOD.flatMap(change)
    expect(kindsOf(history)).toContain(finds)
    const found = judge(history).find(({ kind }) => kind === finds)!
    expect(kindsOf(excerpt(history, found))).toContain(finds)
  })

  it('has a planted history for every kind of finding', () => {
    expect(new Set(Object.values(PLANTED).map(({ finds }) => finds))).toEqual(
      new Set(Object.keys(FINDING_KINDS)),
    )
  })

  // Excerpts of runs of a service whose reloads stored at once, before stores waited for the commit.
  it.each(readdirSync(FOUND))('finds again what chaos once found: %s', (file) => {
    const found = parseHistory(readFileSync(`${FOUND}/${file}`, 'utf8'))
    expect(kindsOf(found)).toContain(file.replace('.jsonl', '').replaceAll('-', ' '))
  })

  it('allows what a reader may find of a reload that ends meanwhile: its rows or none', () => {
    const meanwhile = GOOD.map((entry) =>
      entry.kind === 'asked' && entry.run === 'r-1' ? { ...entry, at: 155 } : entry,
    )
    const others = new Set(['not looked at'])
    const found = (seen: Readonly<Record<string, number>>) =>
      meanwhile.map((entry) =>
        entry.kind === 'read' && entry.place !== 'whole.qvd' ? { ...entry, rows: seen } : entry,
      )
    expect(kindsOf(found({ 'a-1': 1 })).filter((kind) => !others.has(kind))).toEqual([])
    expect(kindsOf(found({})).filter((kind) => !others.has(kind))).toEqual([])
  })

  it('allows two places of a group to differ when the first was written between the looks', () => {
    let looks = 0
    const between = GOOD.map((entry) => {
      if (entry.kind !== 'read' || entry.place === 'whole.qvd') return entry
      looks += 1
      return looks === 1 ? { ...entry, rows: {} } : entry
    })
    expect(kindsOf(between)).not.toContain('not seen together')
  })

  it('counts what a reader saw in part of a reload that was committed while the reader ran', () => {
    const half = GOOD.map((entry) => {
      if (entry.kind === 'asked' && entry.run === 'r-1') return { ...entry, at: 145 }
      return entry.kind === 'read' && entry.place === 'q.csv' ? { ...entry, rows: {} } : entry
    })
    expect(kindsOf(half)).not.toContain('not seen together')
    expect(tallyOf(half).seenInPart).toBe(1)
    expect(tallyOf(GOOD).seenInPart).toBe(0)
  })

  it('tells what an excerpt leaves out by leaving it out: entries of other reloads', () => {
    const history = GOOD.flatMap(rows('p.qvd', { 'a-1': 2 }))
    const found = judge(history).find(({ kind }) => kind === 'effect doubled')!
    expect(historyText(excerpt(history, found))).not.toContain('b-1')
  })

  it('reads a history from its lines, and names the line that is none', () => {
    expect(parseHistory(historyText(GOOD))).toEqual(GOOD)
    const broken = `${historyText(GOOD.slice(0, 2))}{"kind":"seen","at":1,"reload":"x"}\n`
    expect(() => parseHistory(broken)).toThrow('line 3 of the history: status of seen is not text')
    expect(() => parseHistory('{"kind":"sene"}')).toThrow('there is no kind "sene"')
    expect(() => parseHistory('{"kind":"serving","at":1,"by":2}')).toThrow('serving has no by')
  })

  it('counts what happened, and tells what was too little for a trial', () => {
    const killed: Entry[] = [
      { kind: 'killed', at: 130, what: 'server', running: ['id of a-1', 'id of a-2'] },
      { kind: 'serving', at: 140 },
      { kind: 'killed', at: 230, what: 'engine', running: ['id of b-1', 'id of r-1'] },
      { kind: 'killed', at: 260, what: 'engine', running: ['id of a-1'] },
    ]
    const requeued = GOOD.map((entry) =>
      entry.kind === 'audited' && ['event of a-1', 'event of b-1'].includes(entry.event)
        ? { ...entry, requeues: 1 }
        : entry,
    )
    const counts = tallyOf([...requeued, ...killed])
    expect(counts).toMatchObject({
      accepted: 5,
      outcomes: { SUCCEEDED: 3, FAILED: 1, CANCELED: 1 },
      sizes: { small: 1, large: 1 },
      engineKilled: 1,
      serverKilled: 1,
      longestAttemptMs: 30,
      repeatedArrivals: 5,
    })
    const least = { succeeded: 3, engineKilled: 2, serverKilled: 1, longestAttemptMs: 20, sizes: 2 }
    expect(shortfalls(counts, least)).toEqual(['engineKilled: 1 of at least 2'])
  })

  it('shares no code with anything else: its files import one another and nothing more', () => {
    for (const file of readdirSync(import.meta.dirname)) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
      const text = readFileSync(`${import.meta.dirname}/${file}`, 'utf8')
      const imported = [...text.matchAll(/from '([^']*)'/g)].map(([, from]) => from)
      expect(imported.filter((from) => !/^\.\/[a-z-]+\.ts$/.test(from!))).toEqual([])
    }
  })
})
