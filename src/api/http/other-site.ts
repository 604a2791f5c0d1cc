/**
 * Whether a page of another site made a browser send a request. A browser says so and no page can make it
 * say otherwise; programs say nothing, and are no concern of this.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** @param origins of this service, and of others whose pages count as ours */
export function isOfOtherSite(headers: IncomingHttpHeaders, origins: readonly string[]): boolean {
  const { origin, host } = headers
  if (origin !== undefined) {
    if (origins.includes(origin)) return false
    if (!isOfHost(origin, host)) return true
  }
  const site = headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin'
}

/** A browser sends both, and no page can make it send others. */
function isOfHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}
