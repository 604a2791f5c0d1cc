/** The text of docs/reference/script-faults.md, made from the table in script/fault/fault-codes.ts. */
import { FAULT_KINDS, type FaultKind, type FaultName, faultCode } from '../../src/script/fault/fault-codes.ts'

export function scriptFaultsPage(): string {
  const rows = Object.entries<FaultKind>(FAULT_KINDS)
    .map(([name, kind]) => ({ code: faultCode(name as FaultName), ...kind }))
    .toSorted((left, right) => left.scriptError - right.scriptError || (left.code < right.code ? -1 : 1))
    .map(
      ({ code, scriptError, engineErrorCode, meaning, remedy }) =>
        `| \`${code}\` | ${scriptError} | ${engineErrorCode} | ${meaning} | ${remedy} |`,
    )
  return `# Faults of a load script

What can be wrong with a script, for a reload, \`reprise check\` and \`validatescript\` alike. The code is a stable word; the
message of a fault says what it is about. Line and column, from 1, are those of the fault in the script; a fault without a
column is about the statement that begins in that line. What \`$(...)\` expands to has the place of the \`$(...)\`.

| code | ScriptError | EDC_ERROR | meaning | remedy |
|---|---|---|---|---|
${rows.join('\n')}
`
}
