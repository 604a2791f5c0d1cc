import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anAutomationRun } from '../../../test/support/records.ts'
import type { CallStep, Json } from './automation.ts'
import { RENDERED_MAX_CHARACTERS } from './limits.ts'
import { renderCall, shownCall } from './render-call.ts'
import type { AutomationRun } from './run.ts'
import { scopeOf } from './scope.ts'
import { renderJson, renderText } from './template.ts'

const scope = (input: Json, change: Partial<AutomationRun> = {}) =>
  scopeOf(anAutomationRun({ input, ...change }))
const answered = (answer: Json): Partial<AutomationRun> => ({
  results: [{ stepId: 'ask', state: 'succeeded', startedAt: 0, tries: 1, answer }],
})
const texts = fc.string({ unit: 'binary' })
const aCall = (change: Partial<CallStep>): CallStep => ({
  id: 'c',
  kind: 'call',
  method: 'POST',
  url: 'https://a.example.com/',
  headers: {},
  sealedHeaders: {},
  retries: 0,
  onFailure: 'stop',
  ...change,
})

describe('a path', () => {
  test.each([
    ['input.a.b', 7],
    ['input.list.1', 'y'],
    ['automation.name', 'Nightly'],
    ['run.trigger', 'hand'],
    ['steps.ask.status', 'succeeded'],
    ['steps.ask.statusCode', 200],
    ['steps.ask.json.ticket.0', 5],
    ['steps.ask.json.none', null],
    ['input.none.at.all', null],
    ['steps.other.status', null],
    ['input.constructor', null],
    ['input.__proto__.x', null],
    ['input.list.length', null],
    ['automation.toString', null],
    ['nothing', null],
  ] as const)('%s is %j', (path, value) => {
    const body = '{"ticket":[5]}'
    const found = scope({ a: { b: 7 }, list: ['x', 'y'] }, answered({ statusCode: 200, body }))
    expect(renderJson(`{{${path}}}`, found)).toEqual({ kind: 'rendered', value })
  })
})

describe('a value comes in', () => {
  test('inside JSON as it is: what is parsed on the other side is what was meant', () => {
    fc.assert(
      fc.property(fc.jsonValue(), texts, (value, text) => {
        const template = { whole: '{{input.value}}', part: 'a {{input.text}} b', list: ['{{ input.text }}'] }
        const rendered = renderJson(template, scope({ value: value as Json, text }))
        if (rendered.kind === 'fault') throw new Error(rendered.detail)
        expect(rendered.value).toEqual({ whole: value, part: `a ${text} b`, list: [text] })
      }),
    )
  })

  test('in an address as one part of it, which changes neither host nor path nor other parameters', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const step = aCall({ url: 'https://a.example.com/x-{{input.text}}/y?q={{input.text}}&r=1' })
        const rendered = renderCall(step, scope({ text }))
        if (rendered.kind === 'fault') throw new Error(rendered.detail)
        const url = new URL(rendered.value.url)
        expect([url.origin, url.hash]).toEqual(['https://a.example.com', ''])
        expect(url.pathname.split('/')).toHaveLength(3)
        const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd')
        expect([...url.searchParams]).toEqual([
          ['q', wellFormed],
          ['r', '1'],
        ])
      }),
    )
  })

  test.each(['..', '.'])('in an address never as a way up: %s', (text) => {
    const step = aCall({ url: 'https://a.example.com/tenants/{{input.text}}/keys' })
    expect(renderCall(step, scope({ text }))).toMatchObject({ kind: 'fault' })
  })

  test('in a header without anything that ends it', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const step = aCall({ headers: { 'X-A': 'v {{input.text}}' } })
        const rendered = renderCall(step, scope({ text }))
        if (rendered.kind === 'fault') throw new Error(rendered.detail)
        expect(rendered.value.headers['X-A']).toMatch(/^[\t\x20-\x7e]*$/)
      }),
    )
  })

  test('once: what looks like a placeholder in a value stays text', () => {
    expect(renderText('{{input.a}}', scope({ a: '{{input.b}}', b: 'secret' }), 'text')).toEqual({
      kind: 'rendered',
      value: '{{input.b}}',
    })
  })
})

test('what comes out is bounded, however often a value comes in', () => {
  const template = '{{input.a}}'.repeat(1000)
  const large = scope({ a: 'x'.repeat(10_000) })
  for (const rendered of [renderText(template, large, 'url'), renderJson([template], large)]) {
    expect(rendered).toEqual({
      kind: 'fault',
      detail: expect.stringMatching(String(RENDERED_MAX_CHARACTERS)),
    })
  }
})

test('the history shows no secret: sealed headers and credentials are left out, a body is cut', () => {
  const step = aCall({
    headers: { Authorization: 'Bearer {{input.token}}', 'X-A': 'shown' },
    sealedHeaders: { 'X-Key': 'sealed' },
    body: 'x'.repeat(5000),
  })
  const rendered = renderCall(step, scope({ token: 'hush' }))
  if (rendered.kind === 'fault') throw new Error(rendered.detail)
  const shown = shownCall(rendered.value) as { readonly body: string; readonly headers: object }
  expect(shown.headers).toEqual({ Authorization: '**OMITTED**', 'X-A': 'shown', 'X-Key': '**OMITTED**' })
  expect(shown.body).toHaveLength(2048)
})
