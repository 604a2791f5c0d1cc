/**
 * What the vendor's client was seen to do against this service. An operation works when its call, made by the
 * unchanged client over HTTP, was answered and what it answered or changed was looked at: a record of the
 * test. What answers the same to everybody is a constant and counts for nothing.
 */
import type { ApiUnderTest, Members, Person } from '../../support/api-under-test.ts'

export interface CallOptions {
  readonly hostConfig: { readonly host: string; readonly authType: 'apikey'; readonly apiKey: string }
  readonly noCache: true
}

/** What the operations are tried on. */
export interface Scene {
  readonly api: ApiUnderTest
  readonly acme: Members
  readonly options: CallOptions
  optionsOf(person: Person): CallOptions
  readonly shown: Shown
}

interface Evidence {
  readonly kind: 'works' | 'constant'
  /** The test that saw it. */
  readonly test: string
}

export class Shown {
  readonly #evidence = new Map<string, Evidence>()
  /** The test that runs. */
  test = ''

  of(operation: string): Evidence | undefined {
    return this.#evidence.get(operation)
  }

  /**
   * @param operation `module.function` of the client
   * @param check looks at a record of the test; throws when it is not as it should be
   */
  async works<Answer>(
    operation: string,
    answer: Promise<Answer>,
    check: (answer: Answer) => unknown,
  ): Promise<Answer> {
    const got = await answer
    await check(got)
    this.#evidence.set(operation, { kind: 'works', test: this.test })
    return got
  }

  async constant<Answer>(
    operation: string,
    answer: Promise<Answer>,
    check: (answer: Answer) => unknown,
  ): Promise<void> {
    await check(await answer)
    this.#evidence.set(operation, { kind: 'constant', test: this.test })
  }
}
