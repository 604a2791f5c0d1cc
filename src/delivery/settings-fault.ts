/** A fault in the settings of a webhook, and where it is. */
export interface SettingsFault {
  /** JSON Pointer (RFC 6901) into the webhook. */
  readonly pointer: string
  readonly detail: string
}
