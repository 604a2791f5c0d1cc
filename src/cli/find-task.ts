/** Finds the task that a command means: by its id, else by its exact name. */
import { ConfigError } from '../main/config.ts'
import type { CallOptions, Client } from './client.ts'
import { type Found, meant, SAME_NAMES_MAX } from './meant.ts'

export const TASKS = '/api/scheduling/tasks'

/** @throws ConfigError when there is no such task, or several of that name */
export async function findTask<Task extends Found>(
  client: Client,
  text: string,
  options: CallOptions = {},
): Promise<Task> {
  const task = await taskMeant<Task>(client, text, options)
  if (task !== undefined) return task
  throw new ConfigError(`there is no task with the id or the name "${text}"`)
}

/** @throws ConfigError when there are several of that name */
export function taskMeant<Task extends Found>(
  client: Client,
  text: string,
  options: CallOptions,
): Promise<Task | undefined> {
  return meant<Task>(text, {
    thing: 'task',
    byId: () => client.call<Task>('GET', `${TASKS}/${text}`, undefined, options),
    async byName() {
      const filter = `name eq ${JSON.stringify(text)}`
      const query = new URLSearchParams({ filter, limit: String(SAME_NAMES_MAX) })
      const { data } = await client.call<{ data: Task[] }>('GET', `${TASKS}?${query}`, undefined, options)
      return data
    },
  })
}
