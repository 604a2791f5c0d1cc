/** What tests of the task APIs do again and again. */
import { expect } from 'vitest'
import type { SpaceId } from '../../src/core/ids.ts'
import type { ApiUnderTest, Person } from './api-under-test.ts'
import { addApp } from './reload-steps.ts'

export const TASKS = '/api/scheduling/tasks'

/** A task as it was answered. */
export async function madeTask(by: Person, document: object, path = TASKS) {
  const answer = await by.call('POST', path, document)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]

/** An app in a shared space of its owner, in which the others have these roles. */
export async function appInSharedSpace(
  api: ApiUnderTest,
  owner: Person,
  members: readonly (readonly [Person, string])[],
) {
  const { body: space } = await owner.call('POST', '/api/v1/spaces', { name: 'Finance', type: 'shared' })
  const assignments: string[] = []
  for (const [{ user }, role] of members) {
    const body = { type: 'user', assigneeId: user.id, roles: [role] }
    assignments.push((await owner.call('POST', `/api/v1/spaces/${space.id}/assignments`, body)).body.id)
  }
  return { space, assignments, app: await addApp(api, owner.user, { spaceId: space.id as SpaceId }) }
}
