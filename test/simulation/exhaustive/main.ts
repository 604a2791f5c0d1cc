/**
 * `npm run explore`: what is not drawn by chance. Every state of two workers on one reload, within each of
 * the bounds of a night; and each fault at every step and every write of a few histories. Exit code 1 when a
 * promise is broken.
 */
import { atEveryStep, atEveryWrite } from '../every-step/every-step.ts'
import { STEP_FAULTS, WRITE_FAULTS } from '../every-step/faults.ts'
import { NIGHT } from './bounds.ts'
import { explore } from './explore.ts'

const SEEDS = [2, 3, 10]

for (const [name, bounds] of Object.entries(NIGHT)) {
  const { states, transitions, depth, broken } = await explore(bounds)
  console.log(`${name}: ${states} states, ${transitions} transitions, ${depth} steps deep`)
  if (broken !== undefined) tellBroken(broken.rule, broken.way)
}
for (const seed of SEEDS) {
  for (const fault of STEP_FAULTS) tell(fault.name, 'steps', await atEveryStep(seed, fault))
  for (const fault of WRITE_FAULTS) tell(fault.name, 'writes', await atEveryWrite(seed, fault))
}

function tell(
  fault: string,
  of: string,
  { histories, broken }: Awaited<ReturnType<typeof atEveryStep>>,
): void {
  console.log(`${fault}: at each of ${histories} ${of}`)
  if (broken !== undefined) tellBroken(`${broken.rule}, at ${broken.at}`, broken.trace)
}

function tellBroken(rule: string, way: readonly string[]): void {
  console.log([`broken: ${rule}`, ...way].join('\n  '))
  process.exitCode = 1
}
