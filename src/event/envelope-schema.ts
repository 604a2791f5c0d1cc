/**
 * The envelope of every event as JSON Schema, draft 2020-12: CloudEvents' four required attributes,
 * `tenantid`, and the optional attributes of contract 01, section 2. Open to newer attributes.
 */
export const text = { type: 'string' } as const
export const flag = { type: 'boolean' } as const
export const dateTime = { type: 'string', format: 'date-time' } as const
export const count = { type: 'integer', minimum: 0 } as const

export function envelopeSchema<
  const Id extends string,
  const Type extends string,
  const Source extends string,
  Data,
>(id: Id, type: Type, source: Source, data: Data) {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: id,
    type: 'object',
    required: ['specversion', 'id', 'type', 'source', 'tenantid', 'data'],
    patternProperties: { '^[a-z0-9]{1,20}$': true },
    additionalProperties: false,
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', minLength: 1 },
      type: { const: type },
      source: { const: source },
      time: dateTime,
      datacontenttype: { const: 'application/json' },
      host: text,
      ownerid: text,
      originip: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
      reason: text,
      userid: text,
      spaceid: text,
      authtype: text,
      clientid: text,
      tenantid: { type: 'string', minLength: 1 },
      sessionid: text,
      authclaims: { type: 'string', contentMediaType: 'application/json' },
      tracestate: text,
      traceparent: { type: 'string', pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' },
      toplevelresourceid: text,
      eventType: { const: type, description: 'Of events about tasks, in the mode `qlik`' },
      extensions: {
        type: 'object',
        description: 'Of events about tasks, in the mode `qlik`: the same as at top level',
        properties: { userid: text, tenantid: text, toplevelresourceid: text },
      },
      data,
    },
  } as const
}
