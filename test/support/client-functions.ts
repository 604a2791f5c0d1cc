/**
 * What the official client calls its functions, read from its code: `@qlik/api` has one module per resource,
 * and each function names its method and the template of its path.
 */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const CLIENT = fileURLToPath(new URL('../../node_modules/@qlik/api/', import.meta.url))

const FUNCTION =
  /function (\w+)\([^)]*\) \{\s*return invokeFetch\("[^"]*", \{\s*method: "(\w+)",\s*pathTemplate: "([^"]+)"/g

/** Names of the client's functions by operation, such as `get /api/v1/apps/{}`. */
export async function clientFunctions(): Promise<ReadonlyMap<string, string>> {
  const named = new Map<string, string>()
  for (const file of await readdir(CLIENT, { recursive: true })) {
    if (!file.endsWith('.js')) continue
    for (const [, name, method, path] of (await readFile(CLIENT + file, 'utf8')).matchAll(FUNCTION)) {
      // The client has two functions for one path where the query is new.
      named.set(operationKey(method!, path!), name!.replace(/WithoutQuery$/, ''))
    }
  }
  return named
}

/** An operation whatever the parameters of its path are called. */
export function operationKey(method: string, path: string): string {
  return `${method.toLowerCase()} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`
}
