import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemZones } from '../../main/zones.ts'
import { checkDocument, type DocumentRules } from './check-document.ts'
import { documentRecord, OMITTED } from './document-record.ts'

const rules: DocumentRules = {
  now: Date.UTC(2026, 10, 2),
  zones: systemZones(),
  eventTypes: ['a', 'b'],
  parseEventFilter: (text) =>
    text === 'bad'
      ? { kind: 'fault', position: 1, detail: 'bad' }
      : { kind: 'filter', filter: { kind: 'compare', attribute: 'id', operator: 'eq', value: text } },
  urlFault: (url) => (URL.canParse(url) ? undefined : 'is no address'),
  headerFaults: (headers) => ('Host' in headers ? [{ pointer: '/headers/Host', detail: 'no' }] : []),
  seal: (_step, _header, value) => (value === OMITTED ? undefined : `sealed ${value}`),
  sendsMail: true,
  sealUrl: (_step, url) => (url.endsWith(OMITTED) ? undefined : `sealed ${url}`),
}
const check = (workspace: unknown, schedules?: unknown) => checkDocument({ workspace, schedules }, rules)
const faultsOf = (steps: readonly unknown[]) => {
  const checked = check({ version: 1, steps })
  return checked.kind === 'faults' ? checked.faults.map(({ pointer }) => pointer) : []
}
const mail = (change: object) => ({
  id: 'm',
  kind: 'notify',
  mail: { to: ['ops@example.com'] },
  subject: 's',
  text: 'x',
  ...change,
})
const chat = (change: object) => ({
  id: 'h',
  kind: 'notify',
  chat: { format: 'slack', url: 'https://hooks.example.com/T0/secret' },
  text: 'x',
  ...change,
})
const call = (change: object) => ({ id: 'c', kind: 'call', url: 'https://a.example.com/', ...change })

test('every JSON value is a document or has faults, with pointers into it', () => {
  const steps = fc.array(
    fc.record(
      {
        id: fc.oneof(fc.constant('a'), fc.jsonValue()),
        kind: fc.oneof(fc.constantFrom('reload', 'task', 'call', 'notify', 'wait'), fc.jsonValue()),
        url: fc.oneof(fc.webUrl(), fc.jsonValue()),
        body: fc.jsonValue(),
        headers: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
        when: fc.oneof(fc.constant('steps.a.status eq "failed"'), fc.jsonValue()),
        seconds: fc.jsonValue(),
        mail: fc.oneof(fc.constant({ to: ['a@b.example'] }), fc.jsonValue()),
        chat: fc.jsonValue(),
        subject: fc.oneof(fc.constant('s'), fc.jsonValue()),
        text: fc.oneof(fc.constant('t'), fc.jsonValue()),
        appId: fc.jsonValue(),
        variables: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 4 },
  )
  const document = fc.oneof(
    fc.jsonValue(),
    fc.record({ version: fc.constant(1), trigger: fc.jsonValue(), steps }),
  )
  fc.assert(
    fc.property(document, fc.jsonValue(), (workspace, schedules) => {
      const checked = check(workspace, schedules)
      if (checked.kind === 'document')
        expect(check(documentRecord(checked.document), schedules)).toEqual(checked)
      else {
        expect(checked.faults.length).toBeGreaterThan(0)
        for (const { pointer } of checked.faults) expect(pointer).toMatch(/^\/(workspace|schedules)/)
      }
    }),
  )
})

test('what is shown of a document is the same document, and null stands for absent', () => {
  const when = 'input.mode eq "full" and steps.load.outcome ne "X"'
  const sent = {
    version: 1,
    trigger: { kind: 'event', eventTypes: ['b', 'a'], filter: null },
    steps: [
      { id: 'load', kind: 'reload', appId: '{{input.app}}', weight: null, variables: { v: '{{run.id}}' } },
      { id: 'go', kind: 'task', taskId: 't', when },
      call({ secretHeaders: { 'X-Key': 'hush' }, body: ['{{steps.load.status}}'], onFailure: 'continue' }),
      mail({ subject: 'Sales {{run.id}}' }),
      chat({ id: 'room' }),
      { id: 'rest', kind: 'wait', seconds: 5 },
    ],
  }
  const checked = check(sent)
  if (checked.kind !== 'document') throw new Error(JSON.stringify(checked.faults))
  expect(documentRecord(checked.document)).toEqual({
    version: 1,
    trigger: { kind: 'event', eventTypes: ['a', 'b'] },
    steps: [
      {
        id: 'load',
        kind: 'reload',
        onFailure: 'stop',
        appId: '{{input.app}}',
        partial: false,
        variables: { v: '{{run.id}}' },
      },
      { id: 'go', kind: 'task', when, onFailure: 'stop', taskId: 't' },
      {
        id: 'c',
        kind: 'call',
        onFailure: 'continue',
        method: 'POST',
        url: 'https://a.example.com/',
        headers: {},
        secretHeaders: { 'X-Key': OMITTED },
        body: ['{{steps.load.status}}'],
        retries: 2,
      },
      {
        id: 'm',
        kind: 'notify',
        onFailure: 'stop',
        mail: { to: ['ops@example.com'] },
        subject: 'Sales {{run.id}}',
        text: 'x',
        retries: 2,
      },
      {
        id: 'room',
        kind: 'notify',
        onFailure: 'stop',
        chat: { format: 'slack', url: `https://hooks.example.com/${OMITTED}` },
        text: 'x',
        retries: 2,
      },
      { id: 'rest', kind: 'wait', onFailure: 'stop', seconds: 5 },
    ],
  })
})

describe('hostile documents:', () => {
  test.each([
    'https://{{input.host}}/',
    'https://a.{{input.host}}/',
    '{{input.url}}',
    'https:{{input.rest}}',
    'https:/{{input.host}}/',
    'https:///{{input.host}}/',
    'https://\\{{input.host}}/',
    'https://\t/{{input.host}}',
    'https://a@{{input.host}}/',
    'ftp://a.example.com/',
    '//a.example.com/',
  ])('whoever feeds a run chooses no host: %j', (url) => {
    expect(faultsOf([call({ url })])).toEqual(['/workspace/steps/0/url'])
  })

  test('nesting without end, very many steps and very long texts are refused, fast', () => {
    let deep: unknown = 'x'
    for (let depth = 0; depth < 20_000; depth++) deep = [deep]
    expect(check({ version: 1, steps: [call({ body: deep })] }).kind).toBe('faults')
    expect(
      faultsOf(Array.from({ length: 31 }, (_, at) => ({ id: `s${at}`, kind: 'wait', seconds: 1 }))),
    ).toEqual(['/workspace/steps'])
    expect(check({ version: 1, steps: [call({ body: '{{'.repeat(20_000) })] }).kind).toBe('faults')
    const long = { id: 'x'.repeat(65), kind: 'wait', seconds: 1 }
    expect(faultsOf([long])).toEqual(['/workspace/steps/0/id'])
  })

  test.each([
    [{ id: 'a', kind: 'wait', seconds: 604_801 }, 'seconds'],
    [{ id: 'a', kind: 'wait', seconds: 1.5 }, 'seconds'],
    [{ id: 'a', kind: 'wait' }, 'seconds'],
    [{ id: 'a', kind: 'reload', appId: '{{steps.a.status}}' }, 'appId'],
    [{ id: 'a', kind: 'reload', appId: 'x', variables: { v: 1 } }, 'variables/v'],
    [{ id: 'a', kind: 'reload', appId: 'x', variables: { v: '{{x}}' } }, 'variables'],
    [{ id: 'a', kind: 'task' }, 'taskId'],
    [{ id: 'a', kind: 'wait', seconds: 1, when: 'steps.a.status eq "failed"' }, 'when'],
    [{ id: 'a', kind: 'wait', seconds: 1, when: 'input.a.b gt "1"' }, 'when'],
    [call({ retries: 6 }), 'retries'],
    [call({ method: 'GET', body: {} }), 'body'],
    [call({ method: 'TRACE' }), 'method'],
    [call({ secretHeaders: { A: OMITTED } }), 'secretHeaders'],
    [call({ body: { 'a/b': '{{input..x}}' } }), 'body/a~1b'],
    [mail({ mail: { to: [] } }), 'mail/to'],
    [mail({ mail: { to: Array(11).fill('a@example.com') } }), 'mail/to'],
    [mail({ mail: { to: ['a@example.com', 'b@example.com\r\nBcc: c@example.com'] } }), 'mail/to/1'],
    [mail({ mail: { to: ['{{input.whom}}'] } }), 'mail/to/0'],
    [mail({ mail: { to: [7] } }), 'mail/to/0'],
    [mail({ mail: {} }), 'mail/to'],
    [mail({ mail: { to: ['a@example.com'], cc: [] } }), 'mail/cc'],
    [mail({ subject: undefined }), 'subject'],
    [mail({ subject: '{{secret}}' }), 'subject'],
    [mail({ text: '' }), 'text'],
    [mail({ text: 'x'.repeat(2049) }), 'text'],
    [mail({ retries: 6 }), 'retries'],
    [chat({ subject: 's' }), 'subject'],
    [chat({ chat: { format: 'irc', url: 'https://hooks.example.com/x' } }), 'chat/format'],
    [chat({ chat: { format: 'slack' } }), 'chat/url'],
    [chat({ chat: { format: 'slack', url: 'no address' } }), 'chat/url'],
    [chat({ chat: { format: 'slack', url: `https://hooks.example.com/${OMITTED}` } }), 'chat/url'],
    [chat({ text: '{{steps.h.status}}' }), 'text'],
  ])('%j', (step, at) => {
    expect(faultsOf([step])).toEqual([`/workspace/steps/0/${at}`])
  })
})

test('a step that tells people names one place; mail only where the operator has a server for it', () => {
  const both = { ...mail({}), ...chat({}), subject: undefined }
  expect(faultsOf([mail({ mail: undefined }), both])).toEqual(['/workspace/steps/0', '/workspace/steps/1'])
  const sent = { workspace: { version: 1, steps: [mail({}), chat({})] } }
  expect(checkDocument(sent, { ...rules, sendsMail: false })).toEqual({
    kind: 'faults',
    faults: [
      {
        pointer: '/workspace/steps/0/mail',
        detail: 'this service sends no mail: its operator sets REPRISE_SMTP_URL',
      },
    ],
  })
})

test.each([
  [undefined, undefined, 'manual'],
  [undefined, [{ recurrence: 'FREQ=DAILY' }], 'schedule'],
  [{ kind: 'schedule' }, [{ interval: 60 }], 'schedule'],
  [{ kind: 'schedule' }, [{ startAt: '2027-01-01T00:00:00Z' }], 'schedule'],
  [{ kind: 'webhook' }, [], 'webhook'],
])('the trigger %j with the schedules %j is %s', (trigger, schedules, kind) => {
  const checked = check({ version: 1, trigger }, schedules)
  expect(checked.kind === 'document' && checked.document.trigger.kind).toBe(kind)
})

test('a document that is nested too deep has one fault, at whatever depth', () => {
  for (const depth of [48, 3000, 10_000]) {
    const body = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
    expect(check({ version: 1, steps: [call({ body })] })).toEqual({
      kind: 'faults',
      faults: [{ pointer: '/workspace', detail: 'must not be nested more than 50 levels deep' }],
    })
  }
})
