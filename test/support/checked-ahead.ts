/**
 * Watches every full reload of a test and checks its script before, with its files at hand: a script that
 * ran through must have had no errors.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CheckFiles } from '../../src/cli/check-files.ts'
import type { ReportProgress, ScriptRun, ScriptRunRequest } from '../../src/engine/channel/script-run.ts'
import { runScript } from '../../src/engine/child/run-script.ts'
import { moveFile } from '../../src/engine/sink/move-file.ts'
import { checkAsking } from '../../src/script/check/check-script.ts'
import type { ScriptIssue } from '../../src/script/check/issue.ts'
import { tally } from './script-tally.ts'

/** Runs a script as the engine does, between a check and a comparison. */
export async function runChecked(request: ScriptRunRequest, report: ReportProgress): Promise<ScriptRun> {
  const run = () => runPublished(request, report)
  if (request.partial) return run()
  const issues = await issuesWithFiles(request)
  const ran = await run()
  const first = issues.find(({ severity }) => severity === 'error')
  if (ran.end.kind === 'completed' && first !== undefined) {
    throw new Error(`refused by check, but ran: line ${first.line}: ${first.message}`)
  }
  return ran
}

/** What a script stored lies in its places after a run that completed, as when its reload is settled. */
async function runPublished(request: ScriptRunRequest, report: ReportProgress): Promise<ScriptRun> {
  const storesFolder = await mkdtemp(path.join(tmpdir(), 'reprise-stores-'))
  try {
    const ran = await runScript({ storesFolder, ...request }, report)
    tally(request.script, ran.end)
    for (const stored of ran.storedFiles) {
      const { root } = request.connections.find(({ name }) => name === stored.connection)!
      await moveFile(path.join(storesFolder, stored.file), path.join(root, stored.path))
    }
    return ran
  } finally {
    await rm(storesFolder, { recursive: true, force: true })
  }
}

/** Of a script, with the folders behind its connections. */
export async function issuesWithFiles({
  script,
  connections,
}: Pick<ScriptRunRequest, 'script' | 'connections'>): Promise<ScriptIssue[]> {
  const files = await CheckFiles.open(connections)
  try {
    const checking = checkAsking(script)
    let state = checking.next()
    while (!state.done) state = checking.next(await files.answer(state.value))
    return state.value
  } finally {
    await files.close()
  }
}
