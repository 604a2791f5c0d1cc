/**
 * Runs the vectors of all functions and prints how much of the load-script language is here; with --json as
 * data.
 */
import { languageCoverage } from '../docs/generate/language-coverage.ts'
import { functionsHere, ranVectors } from '../test/script/vectors/run-vectors.ts'

const groups = languageCoverage(functionsHere(await ranVectors()))
if (process.argv.includes('--json')) console.log(JSON.stringify(groups, null, 2))
else {
  for (const { title, here, missing } of groups) {
    const share = `${here.length}/${here.length + missing.length}`
    console.log(`${title.padEnd(36)} ${share.padStart(8)}  ${missing.join(' ')}`)
  }
}
