/** The port by which steps call addresses: signed, through the guard of addresses. */
import type { RenderedCall } from '../core/automation/render-call.ts'

export interface OutgoingCall extends RenderedCall {
  /** The same in every try: `Idempotency-Key`, and the id of the signature. */
  readonly key: string
  readonly sealedSecret?: string
  /** Epoch ms. */
  readonly sentAt: number
}

export type CallAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly body: string
      readonly retryAfterMs?: number
    }
  /** No answer came. `final`: none will come of another try. */
  | { readonly kind: 'failed'; readonly detail: string; readonly final: boolean }

export interface Caller {
  /** Rejects only when it is closed: then nothing is known of the call. */
  call(call: OutgoingCall): Promise<CallAnswer>
  close(): Promise<void>
}
