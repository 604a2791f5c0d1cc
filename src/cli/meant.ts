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
  const named = (await finding.byName()).filter(({ name }) => name === text)
  return theOnly(named, `${finding.thing}s have the name "${text}"`)
}

/**
 * @param what what they have in common, such as `tasks have the name "x"`
 * @returns undefined when there is none
 * @throws ConfigError when there are several
 */
export function theOnly<One extends { readonly id: string }>(
  found: readonly One[],
  what: string,
): One | undefined {
  if (found.length < 2) return found[0]
  const ids = found.map(({ id }) => id)
  throw new ConfigError(`${ids.length} ${what}: give one of their ids, ${ids.join(', ')}`)
}

/** @param missing the statuses that tell that there is none */
export async function unlessMissing<Answer>(
  asked: Promise<Answer>,
  missing: readonly number[] = [404],
): Promise<Answer | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ApiError && missing.includes(error.status)) return undefined
    throw error
  }
}
