/** The text of docs/reference/errors.md, made from the table of errors (core/errors.ts). */
import { ERRORS, type ErrorEntry } from '../../src/core/errors.ts'

export function errorsPage(): string {
  const rows = Object.values<ErrorEntry>(ERRORS)
    .toSorted((left, right) => left.status - right.status || (left.code < right.code ? -1 : 1))
    .map(({ status, code, title, remedy }) => `| ${status} | \`${code}\` | ${title} | ${remedy} |`)
  return `# Errors

Every coded answer of the API and what to do about it. The body is \`{"errors": [{code, title, detail?, source?, meta?}],
traceId}\`; \`detail\` says what was wrong with this request, \`source\` names the field, parameter or header. Two errors share
status 429: only \`HTTP-429\` is worth a retry, after \`Retry-After\` seconds.

| status | code | title | remedy |
|---|---|---|---|
${rows.join('\n')}
`
}
