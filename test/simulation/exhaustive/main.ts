/**
 * `node test/simulation/exhaustive/main.ts`: explores every state within each of the bounds of a night. Exit
 * code 1 when a rule is broken.
 */
import { NIGHT } from './bounds.ts'
import { explore } from './explore.ts'

for (const [name, bounds] of Object.entries(NIGHT)) {
  const startedAt = performance.now()
  const { states, transitions, depth, broken } = await explore(bounds)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${name}: ${states} states, ${transitions} transitions, ${depth} steps deep, in ${seconds} s`)
  if (broken === undefined) continue
  console.log([`broken: ${broken.rule}`, ...broken.way].join('\n  '))
  process.exitCode = 1
}
