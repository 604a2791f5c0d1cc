/** Finds the task that a command means: by its id, else by its exact name. */
import { ConfigError } from '../main/config.ts'
import { ApiError, type CallOptions, type Client } from './client.ts'

export const TASKS = '/api/scheduling/tasks'
/** More tasks of one name are not listed: the message is long enough. */
const SAME_NAMES_MAX = 100

export interface FoundTask {
  readonly id: string
  readonly name: string
}

/** @throws ConfigError when there is no such task, or several of that name */
export async function findTask<Task extends FoundTask>(
  client: Client,
  text: string,
  options: CallOptions,
): Promise<Task> {
  const task = await taskMeant<Task>(client, text, options)
  if (task !== undefined) return task
  throw new ConfigError(`there is no task with the id or the name "${text}"`)
}

/** @throws ConfigError when there are several of that name */
export async function taskMeant<Task extends FoundTask>(
  client: Client,
  text: string,
  options: CallOptions,
): Promise<Task | undefined> {
  const byId = await taskOfId<Task>(client, text, options)
  if (byId !== undefined) return byId
  const filter = `name eq ${JSON.stringify(text)}`
  const query = new URLSearchParams({ filter, limit: String(SAME_NAMES_MAX) })
  const { data } = await client.call<{ data: Task[] }>('GET', `${TASKS}?${query}`, undefined, options)
  const [task, ...more] = data.filter(({ name }) => name === text)
  if (task === undefined || more.length === 0) return task
  const ids = [task, ...more].map(({ id }) => id)
  throw new ConfigError(
    `${ids.length} tasks have the name "${text}": give one of their ids, ${ids.join(', ')}`,
  )
}

async function taskOfId<Task extends FoundTask>(
  client: Client,
  id: string,
  options: CallOptions,
): Promise<Task | undefined> {
  if (!/^[0-9a-f-]{36}$/.test(id)) return undefined
  try {
    return await client.call<Task>('GET', `${TASKS}/${id}`, undefined, options)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}
