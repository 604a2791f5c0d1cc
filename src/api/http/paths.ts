/**
 * The paths of the routes: how a path that was sent is read, and what is told of one that no route has.
 * Doubled and trailing slashes mean nothing, except where a route itself ends with a slash (contract 07).
 */
import type { ApiServer } from './deps.ts'

interface Known {
  readonly url: string
  readonly pattern: RegExp
  readonly methods: readonly string[]
}

export class RoutePaths {
  readonly #known: Known[] = []
  readonly #basePath: string

  /** @param basePath path below which the service is reached, too */
  constructor(basePath: string) {
    this.#basePath = basePath
  }

  /** Remembers the routes that are registered from now on. */
  watch(server: ApiServer): void {
    server.addHook('onRoute', ({ url, method }) => {
      const parts = url.split('/').map((part) => {
        return part.startsWith(':') ? '([^/]+)' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      })
      this.#known.push({
        url,
        pattern: new RegExp(`^${parts.join('/')}$`),
        methods: [method].flat(),
      })
    })
  }

  /** The target of a request as it is routed; one that names its host stays as it is. */
  read(target: string): string {
    if (!target.startsWith('/')) return target
    return this.#folded(this.#withoutBase(target))
  }

  /** A proxy passes the base path on or takes it off. */
  #withoutBase(target: string): string {
    const base = this.#basePath
    if (base === '' || !target.startsWith(base)) return target
    const rest = target.slice(base.length)
    if (rest.startsWith('/')) return rest
    return rest === '' || rest.startsWith('?') ? `/${rest}` : target
  }

  #folded(target: string): string {
    const queryAt = target.indexOf('?')
    const sent = queryAt < 0 ? target : target.slice(0, queryAt)
    if (!sent.includes('//') && !sent.endsWith('/')) return target
    const folded = sent.replace(/\/{2,}/g, '/')
    const path = folded.length > 1 && !this.#endsWithSlash(folded) ? folded.replace(/\/$/, '') : folded
    return path + target.slice(sent.length)
  }

  #endsWithSlash(path: string): boolean {
    return this.#known.some(({ url, pattern }) => url.endsWith('/') && pattern.test(path))
  }

  /** The methods of a path that has no route for the method that was sent; empty for no path at all. */
  offered(path: string): readonly string[] {
    const found = this.#known.flatMap(({ pattern, methods }) => {
      const values = pattern.exec(path)?.slice(1)
      return values === undefined ? [] : [{ methods, isResource: !values.some(isWord) }]
    })
    if (!found.some(({ isResource }) => isResource)) return []
    return [...new Set(found.flatMap(({ methods }) => methods))]
  }
}

/**
 * Whether a segment in the place of an id is a word, as in `/items/settings`: it names a resource that there
 * is not, and no id of something that there is not.
 */
export function isWord(segment: string): boolean {
  return WORD.test(segment) && !HEX_ID.test(segment)
}

const WORD = /^[a-z]{3,}(?:-[a-z]+)*$/i
const HEX_ID = /^[\da-f]{24,}$/i
