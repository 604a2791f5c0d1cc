/**
 * A small API client for the commands and the end-to-end tests. Every refusal becomes an ApiError with the
 * coded body; `waitForEnd` waits for any of the four outcomes.
 */
import { defined } from '../core/defined.ts'
import { isOutcome, type Outcome } from '../core/outcome.ts'

export interface ApiProblem {
  readonly code: string
  readonly title: string
  readonly detail?: string
  readonly source?: { readonly pointer?: string; readonly parameter?: string }
  readonly meta?: Readonly<Record<string, unknown>>
}

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly problems: readonly ApiProblem[]

  constructor(status: number, problems: readonly ApiProblem[]) {
    super(
      problems.map(({ code, title, detail }) => `${code} ${detail ?? title}`).join('; ') || `HTTP ${status}`,
    )
    this.status = status
    this.problems = problems
  }
}

export interface ReloadRecord {
  readonly id: string
  readonly appId: string
  readonly status: 'QUEUED' | 'RELOADING' | 'CANCELING' | Outcome
  readonly type: string
  readonly creationTime: string
  readonly startTime?: string
  readonly endTime?: string
  readonly engineTime?: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly log?: string
  /** Of a waiting reload: its position, and what it waits for. */
  readonly queue?: { readonly position: number; readonly reason: string }
  readonly weight?: number
}

export interface DataModel {
  readonly tables: readonly {
    readonly name: string
    readonly no_of_rows: number
    readonly no_of_fields: number
  }[]
  readonly fields: readonly { readonly name: string; readonly src_tables: readonly string[] }[]
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export class Client {
  readonly #origin: string
  readonly #key: string

  /** @param origin such as http://127.0.0.1:4600 */
  constructor(origin: string, key: string) {
    this.#origin = origin
    this.#key = key
  }

  /**
   * Returns the parsed response, a text response as text, or undefined for an empty one. Throws ApiError from
   * status 400 on.
   */
  async call<Answer = unknown>(
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, signal }: CallOptions = {},
  ): Promise<Answer> {
    const form = body instanceof FormData
    const response = await fetch(this.#origin + path, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${this.#key}`,
        ...(body === undefined || form ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
      ...defined({ signal }),
    })
    const text = await response.text()
    const json = response.headers.get('content-type')?.includes('json') === true && text !== ''
    const answer = json ? JSON.parse(text) : text === '' ? undefined : text
    if (response.status >= 400)
      throw new ApiError(response.status, (answer as { errors?: ApiProblem[] })?.errors ?? [])
    return answer as Answer
  }

  /** All rows of a list, over its pages. @param path with the size of a page */
  async rows<Row>(path: string): Promise<Row[]> {
    const rows: Row[] = []
    for (let next: string | undefined = path; next !== undefined; ) {
      const page: Page<Row> = await this.call('GET', next)
      rows.push(...page.data)
      const href = page.links.next?.href
      next = href === undefined ? undefined : pathIn(href)
    }
    return rows
  }

  async createApp(name: string): Promise<string> {
    const app = await this.call<{ attributes: { id: string } }>('POST', '/api/v1/apps', {
      attributes: { name },
    })
    return app.attributes.id
  }

  setScript(appId: string, script: string): Promise<void> {
    return this.call('POST', `/api/v1/apps/${appId}/scripts`, { script })
  }

  uploadFile(name: string, bytes: Uint8Array): Promise<{ id: string }> {
    const form = new FormData()
    form.append('Json', new Blob([JSON.stringify({ name })], { type: 'application/json' }))
    form.append('File', new Blob([bytes as Uint8Array<ArrayBuffer>]))
    return this.call('POST', '/api/v1/data-files', form)
  }

  startReload(appId: string, more: Readonly<Record<string, unknown>> = {}): Promise<ReloadRecord> {
    return this.call('POST', '/api/v1/reloads', { appId, ...more })
  }

  reload(id: string): Promise<ReloadRecord> {
    return this.call('GET', `/api/v1/reloads/${id}`)
  }

  cancelReload(id: string): Promise<unknown> {
    return this.call('POST', `/api/v1/reloads/${id}/actions/cancel`)
  }

  dataModel(appId: string): Promise<DataModel> {
    return this.call('GET', `/api/v1/apps/${appId}/data/metadata`)
  }

  scriptLog(appId: string, reloadId: string): Promise<string> {
    return this.call('GET', `/api/v1/apps/${appId}/reloads/logs/${reloadId}`)
  }

  createWebhook(webhook: Readonly<Record<string, unknown>>): Promise<{ id: string }> {
    return this.call('POST', '/api/v1/webhooks', webhook)
  }

  /** Polls until the reload has ended and reports each record. */
  waitForEnd(id: string, seen: (record: ReloadRecord) => void = () => {}): Promise<ReloadRecord> {
    return this.waitFor(id, (record) => {
      seen(record)
      return isOutcome(record.status)
    })
  }

  /** Polls until the reload's record satisfies the condition. Throws if the reload ends before that. */
  async waitFor(id: string, condition: (record: ReloadRecord) => boolean): Promise<ReloadRecord> {
    for (;;) {
      const record = await this.reload(id)
      if (condition(record)) return record
      if (isOutcome(record.status))
        throw new Error(`reload ${id} ended ${record.status}: ${record.errorMessage}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
}

interface Page<Row> {
  readonly data: readonly Row[]
  readonly links: { readonly next?: { readonly href: string } }
}

/** The address in a link may be one that this client does not reach. */
function pathIn(href: string): string {
  const { pathname, search } = new URL(href)
  return pathname + search
}

/** Polling interval, ms. */
const POLL_MS = 50
