import { expect, it } from 'vitest'
import { dataAttributes } from './data-attributes.ts'
import { ATTEMPT_EVENT_TYPE, EVENT_TYPES, FINISHED_EVENT_TYPE } from './event-types.ts'

it('names texts, flags and numbers of the schema, with their values, one level down too', () => {
  expect(dataAttributes(ATTEMPT_EVENT_TYPE)).toMatchObject({
    'data.usage': 'any',
    'data.status': ['ok', 'error'],
    'data.isPartialReload': ['true', 'false'],
    'data.size.memory': 'any',
  })
  expect(dataAttributes(ATTEMPT_EVENT_TYPE)).not.toHaveProperty('data.errors')
  expect(dataAttributes(FINISHED_EVENT_TYPE)).toHaveProperty(['data.requeueCounters.requeuesTotal'])
})

it.each(EVENT_TYPES)('$name has some', ({ name }) => {
  expect(Object.keys(dataAttributes(name)).length).toBeGreaterThan(0)
})

it('of an unknown type there are none', () => expect(dataAttributes('com.example')).toEqual({}))
