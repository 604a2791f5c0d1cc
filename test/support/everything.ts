/** All pages of a list of the API. */
import type { Client } from '../../src/cli/client.ts'

export async function everything<Row>(client: Client, path: string): Promise<Row[]> {
  const rows: Row[] = []
  let next: string | undefined = `${path}${path.includes('?') ? '&' : '?'}limit=100`
  while (next !== undefined) {
    const page: { data: Row[]; links: { next?: { href: string } } } = await client.call('GET', next)
    rows.push(...page.data)
    const href = page.links.next?.href
    next = href === undefined ? undefined : new URL(href).pathname + new URL(href).search
  }
  return rows
}
