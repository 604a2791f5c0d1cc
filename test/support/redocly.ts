/** Redocly's linter over a document in a file: its recommended rules, and no request of its own. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../node_modules/@redocly/cli/bin/cli.js', import.meta.url))
const OFFLINE = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }

interface Finding {
  readonly ruleId: string
  readonly location: readonly { readonly pointer?: string }[]
}

/** Each finding as its rule and the path of the document that it is about, or else its pointer. */
export async function redoclyFindings(file: string): Promise<string[]> {
  const report = await new Promise<string>((resolve) => {
    const run = ['lint', file, '--extends=recommended', '--format=json', '--max-problems=1000']
    // It ends with 1 when there are errors.
    execFile(process.execPath, [CLI, ...run], { env: { ...process.env, ...OFFLINE } }, (_error, stdout) =>
      resolve(stdout),
    )
  })
  const { problems } = JSON.parse(report) as { readonly problems: readonly Finding[] }
  return problems.map(({ ruleId, location }) => `${ruleId} ${placeOf(location[0]?.pointer ?? '')}`)
}

function placeOf(pointer: string): string {
  const path = /^#\/paths\/([^/]+)/.exec(pointer)?.[1]
  return path === undefined ? pointer : path.replaceAll('~1', '/').replaceAll('~0', '~')
}
