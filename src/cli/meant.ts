/** What a command means by a text: the thing with that id, else the only one with exactly that name. */
import { ConfigError } from '../main/config.ts'
import { ApiError } from './client.ts'

export interface Found {
  readonly id: string
  readonly name: string
}

/** How things of a kind are asked for. */
export interface Finding<One extends Found> {
  /** What they are called, such as task. */
  readonly thing: string
  /** @throws ApiError with status 404 when there is none */
  byId(): Promise<One>
  /** Those of about that name, at most SAME_NAMES_MAX. */
  byName(): Promise<readonly One[]>
}

/** Things of one name that are asked for: a message that named more would be too long. */
export const SAME_NAMES_MAX = 100

const ID = /^[0-9a-f-]{36}$/

/**
 * @returns undefined when there is none
 * @throws ConfigError when several have the name
 */
export async function meant<One extends Found>(
  text: string,
  finding: Finding<One>,
): Promise<One | undefined> {
  const byId = ID.test(text) ? await unlessMissing(finding.byId()) : undefined
  if (byId !== undefined) return byId
  const [one, ...more] = (await finding.byName()).filter(({ name }) => name === text)
  if (one === undefined || more.length === 0) return one
  const ids = [one, ...more].map(({ id }) => id)
  throw new ConfigError(
    `${ids.length} ${finding.thing}s have the name "${text}": give one of their ids, ${ids.join(', ')}`,
  )
}

async function unlessMissing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}
