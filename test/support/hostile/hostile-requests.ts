/**
 * The most expensive requests that somebody may think of for a route, made from what the route says of
 * itself: its method, its path, the size of its bodies, and its schemas. Of each kind one of the largest
 * size.
 */

/** A route as the server knows it; schemas as plain JSON. */
export interface RouteFacts {
  readonly method: string
  readonly url: string
  readonly bodyLimit: number
  /** Its answer never ends. */
  readonly isStream: boolean
  readonly schema: {
    readonly body?: Schema
    readonly querystring?: Schema
    readonly headers?: Schema
    readonly consumes?: readonly string[]
  }
}

interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly maxLength?: number
  readonly minLength?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly minimum?: number
  readonly format?: string
}

export interface HostileRequest {
  readonly name: string
  readonly query?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
}

/** What fits into the headers of a request beside those that every request has. */
const HEADER_ROOM_BYTES = 15_000

export function* hostileRequests(route: RouteFacts): Generator<HostileRequest> {
  const { method, bodyLimit, schema } = route
  yield* queries(schema.querystring)
  yield* headers(Object.keys(schema.headers?.properties ?? {}))
  if (method === 'GET') return
  yield* bodies(route, Math.min(bodyLimit, ALL_KINDS_MAX_BYTES))
  if (bodyLimit > ALL_KINDS_MAX_BYTES) {
    for (const request of bodies(route, bodyLimit)) if (LARGEST.test(request.name)) yield request
  }
  const multiparts = multipart(64 * 1024)
  for (const [name, body] of schema.consumes === undefined ? [multiparts.next().value!] : multiparts) {
    yield { name: `multipart ${name}`, headers: { 'content-type': 'multipart/form-data; boundary=b' }, body }
  }
}

/** Of larger bodies come a few kinds only: what one costs beside being read is the same for all. */
const ALL_KINDS_MAX_BYTES = 256 * 1024
const LARGEST =
  /^(deep lists|many objects|no UTF-8)|script text of "(\\u0000|é|IF 1 THEN\\n|T: LOAD a.*)"|versionMessage text of "a"/

function* bodies({ schema }: RouteFacts, size: number): Generator<HostileRequest> {
  for (const [name, body] of unshaped(size)) yield { name, headers: JSON_TYPE, body }
  if (schema.body === undefined) return
  for (const [name, text] of inflated(schema.body, size, '')) {
    yield { name: `fitting ${name}`, headers: JSON_TYPE, body: Buffer.from(text) }
  }
}

/** Headers that the server reads of every request, whatever its route. */
export function* hostileHeaders(): Generator<HostileRequest> {
  yield* headers([
    'authorization',
    'x-forwarded-for',
    'traceparent',
    'tracestate',
    'accept',
    'content-type',
    'host',
  ])
  yield {
    name: 'a bearer token of blanks',
    headers: { authorization: `bearer ${filled(' ', HEADER_ROOM_BYTES)}` },
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

function* queries(schema: Schema = {}): Generator<HostileRequest> {
  for (const name of Object.keys(schema.properties ?? {})) {
    for (const text of QUERY_TEXTS) {
      const one = encodeURIComponent(text)
      const query = `${name}=${filled(one, HEADER_ROOM_BYTES - one.length)}`
      yield { name: `?${name} of ${JSON.stringify(text)}`, headers: {}, query }
    }
    yield { name: `?${name} many times`, headers: {}, query: filled(`${name}=1&`, HEADER_ROOM_BYTES) }
    const list = numbered((i) => `${i.toString(36)},`, HEADER_ROOM_BYTES)
    yield { name: `?${name} of many values`, headers: {}, query: `${name}=${list}` }
  }
  yield { name: 'many parameters', headers: {}, query: numbered((i) => `${i}=&`, HEADER_ROOM_BYTES) }
}

const QUERY_TEXTS = ['a', '\\"', ',', '*a', 'status eq "FAILED" or ', 'name co "a" and ']

function* headers(names: readonly string[]): Generator<HostileRequest> {
  for (const name of names) {
    for (const text of ['a', ' ', ',', '00-', '[', ';a=', '"']) {
      yield { name: `header ${name} of ${text}`, headers: { [name]: `x${filled(text, HEADER_ROOM_BYTES)}x` } }
    }
  }
}

/** Bodies that no schema asked for. */
function* unshaped(size: number): Generator<readonly [string, Buffer]> {
  const whole = (open: string, part: string, close: string): Buffer =>
    Buffer.concat([
      Buffer.from(open),
      Buffer.alloc(Math.floor((size - 20) / part.length) * part.length, part),
      Buffer.from(close),
    ])
  yield ['deep lists', Buffer.concat([Buffer.alloc(size / 2, '['), Buffer.alloc(size / 2, ']')])]
  yield ['deep objects', whole('', '{"a":', '')]
  yield [
    'deep lists with a surrogate',
    Buffer.from(`${'['.repeat(size / 2 - 10)}"\\ud800"${']'.repeat(size / 2 - 10)}`),
  ]
  yield ['lists never closed', whole('', '[', '')]
  yield ['a long text', whole('"', 'a', '"')]
  yield ['a text of escapes', whole('"', '\\u0000', '"')]
  yield ['a text of lone surrogates', whole('"', '\\ud800', '"')]
  yield ['a long number', whole('', '9', '')]
  yield ['huge numbers', whole('[', '1e308,', '1]')]
  yield ['many lists', whole('[', '[],', '0]')]
  yield ['many objects', whole('[', '{},', '0]')]
  yield ['many fields', Buffer.from(`{${numbered((i) => `"${i.toString(36)}":0,`, size - 30)}"a":0}`)]
  yield [
    'fields with numbers as names',
    Buffer.from(`{${numbered((i) => `"${i * 997}":0,`, size - 30)}"a":0}`),
  ]
  yield ['__proto__ many times', whole('[', '{"__proto__":0},', '0]')]
  yield ['almost __proto__', whole('{', '"\\u005f_proto_":0,', '"a":0}')]
  yield ['blanks', whole('', ' ', '1')]
  yield ['no UTF-8', Buffer.alloc(size, 0xff)]
}

/** In less room nothing gets large: a list within lists within a small body. */
const LEAST_BYTES = 500

/** Bodies that fit the schema but for one member, which is as large as it gets. */
function* inflated(schema: Schema, size: number, path: string): Generator<readonly [string, string]> {
  if (size < LEAST_BYTES) return
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) {
    for (const choice of choices) yield* inflated(choice, size, path)
    return
  }
  for (const [kind, text] of WRONG) yield [`${path} ${kind}`, filledBetween(text, size - 200)]
  switch (schema.type) {
    case 'object':
      yield* inflatedObject(schema, size, path)
      return
    case 'array': {
      const one = plain(schema.items ?? {})
      const many = Math.min(
        schema.maxItems ?? Number.POSITIVE_INFINITY,
        Math.floor((size - 100) / (one.length + 1)),
      )
      yield [`${path} many items`, `[${filled(`${one},`, (one.length + 1) * many).slice(0, -1)}]`]
      const share = Math.floor((size - 100) / Math.min(many, 20))
      for (const [kind, item] of inflated(schema.items ?? {}, share, '')) {
        yield [
          `${path} items:${kind}`,
          `[${filled(`${item},`, (item.length + 1) * Math.max(1, Math.floor((size - 100) / (item.length + 1)))).slice(0, -1)}]`,
        ]
      }
      return
    }
    case 'string':
      for (const text of size > LARGE_BYTES ? [...TEXTS, ...SCRIPTS] : TEXTS) {
        const room = Math.min(schema.maxLength ?? Number.POSITIVE_INFINITY, size - 200, 4 * 1024 * 1024 - 100)
        const written = JSON.stringify(text).slice(1, -1)
        const times = Math.floor(Math.min(room / Buffer.byteLength(text), (size - 200) / written.length))
        yield [`${path} text of ${JSON.stringify(text)}`, `"${written.repeat(times)}"`]
      }
      return
    default:
      return
  }
}

function* inflatedObject(schema: Schema, size: number, path: string): Generator<readonly [string, string]> {
  const properties = Object.entries(schema.properties ?? {})
  const required = (except: string) =>
    (schema.required ?? [])
      .filter((name) => name !== except)
      .map((name) => `"${name}":${plain(schema.properties![name]!)}`)
  for (const [name, property] of properties) {
    const others = required(name)
    const room = size - others.join().length - 100
    for (const [kind, value] of inflated(property, room, `${path}/${name}`)) {
      yield [kind, `{${[...others, `"${name}":${value}`].join()}}`]
    }
  }
  if (typeof schema.additionalProperties === 'object') {
    const one = plain(schema.additionalProperties)
    yield [`${path} many members`, `{${numbered((i) => `"x-${i}":${one},`, size - 100)}"x":${one}}`]
    yield [`${path} a long name`, `{"${'a'.repeat(size - 200)}":${one}}`]
    yield [`${path} a name of slashes`, `{"${'/~'.repeat(size / 2 - 200)}":${one}}`]
  }
  const all = required('')
  yield [
    `${path} many unknown members`,
    `{${all.join()}${all.length === 0 ? '' : ','}${numbered((i) => `"${i}":0,`, size - all.join().length - 100)}"a":0}`,
  ]
}

/** The smallest value that fits, as JSON. */
function plain(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return JSON.stringify(schema.enum[0])
  if (schema.anyOf !== undefined) return plain(schema.anyOf[0]!)
  switch (schema.type) {
    case 'string':
      if (schema.format === 'uuid') return '"00000000-0000-4000-8000-000000000000"'
      return JSON.stringify('a'.repeat(schema.minLength ?? 1))
    case 'integer':
    case 'number':
      return String(schema.minimum ?? 1)
    case 'boolean':
      return 'true'
    case 'array':
      return '[]'
    case 'object':
      return `{${(schema.required ?? []).map((name) => `"${name}":${plain(schema.properties![name]!)}`).join()}}`
    default:
      return 'null'
  }
}

/** Values of any wrong type: what opens, what is repeated, what closes. */
const WRONG: readonly (readonly [string, readonly [string, string, string]])[] = [
  ['is a deep list', ['', '[', '']],
  ['is many objects', ['[', '{"a":"b"},', '0]']],
  ['is a long number', ['', '9', '']],
]

/** A text that may be larger is taken for a script. */
const LARGE_BYTES = 128 * 1024

const TEXTS = ['a', '\\', '\u0000', '/', 'é', 'x eq "a" and ', 'http://a/']
// biome-ignore format: one line a kind
const SCRIPTS = [
  '(', '((a)', '[', '{', "'", '`', '/*', '//\n', '\n', ';', '$(', '$(=', '9', '-', '1+', 'NOT ', 'if(a,', 'REM ',
  'DO\n', 'IF 1 THEN\n', 'SUB a\n', 'FOR i=1 to 2\n', 'FOR EACH f IN a,b\n', 'SWITCH 1\nCASE 1\n', 'LOOP\n', 'END IF\n',
  'x=1;', 'LET x=(', 'LET x=$(x)+1;\n', 'SET x=$(x)$(x);\n', 'CALL a;\n',
  'LOAD ', 'LOAD a,b;\n', 'T: LOAD a AUTOGENERATE 1;\n', 'T: LOAD * INLINE [a\n1];\n',
]

function* multipart(size: number): Generator<readonly [string, Buffer]> {
  const part = (name: string, content: string, more = '') =>
    `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`
  yield ['many parts', Buffer.from(`${filled(part('a', ''), size - 10)}--b--\r\n`)]
  yield ['many files', Buffer.from(`${filled(part('File', 'x', '; filename="a"'), size - 10)}--b--\r\n`)]
  for (const [name, json] of unshaped(size - 1000)) {
    yield [
      `Json of ${name}`,
      Buffer.concat([
        Buffer.from(
          '--b\r\ncontent-disposition: form-data; name="Json"\r\ncontent-type: application/json\r\n\r\n',
        ),
        json,
        Buffer.from('\r\n--b--\r\n'),
      ]),
    ]
  }
  yield [
    'a long header',
    Buffer.from(`--b\r\ncontent-disposition: form-data; name="${'a'.repeat(size)}"\r\n\r\n`),
  ]
  yield [
    'a header of parameters',
    Buffer.from(`--b\r\ncontent-disposition: form-data${filled('; a="\\"', size)}\r\n\r\nx\r\n--b--`),
  ]
  yield ['many headers', Buffer.from(`--b\r\n${filled('a: b\r\n', size)}\r\nx\r\n--b--\r\n`)]
  yield [
    'almost boundaries',
    Buffer.from(`${part('File', filled('\r\n--', size * 8), '; filename="a"')}--b--\r\n`),
  ]
  yield ['never closed', Buffer.from(part('File', filled('\r\n-', size), '; filename="a"'))]
}

function filled(part: string, bytes: number): string {
  return part.repeat(Math.max(1, Math.floor(bytes / part.length)))
}

function filledBetween([open, part, close]: readonly [string, string, string], bytes: number): string {
  return open + filled(part, bytes) + close
}

function numbered(part: (index: number) => string, bytes: number): string {
  const parts: string[] = []
  for (let index = 0, length = 0; length < bytes - 30; index++) {
    const next = part(index)
    length += next.length
    parts.push(next)
  }
  return parts.join('')
}
