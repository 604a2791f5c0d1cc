/**
 * A Vitest reporter that ends a run with one plain line, `N passed, N failed, N skipped`, and names each
 * skipped test with its reason before it.
 */
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    const skipped: string[] = []
    for (const module of modules) {
      counts.failed += module.errors().length
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'pending' || result.state === 'skipped') {
          counts.skipped++
          const reason = result.state === 'skipped' ? result.note : undefined
          skipped.push(
            `skipped: ${module.relativeModuleId}: ${test.fullName}: ${reason ?? 'no reason given'}`,
          )
        } else {
          counts[result.state]++
        }
      }
    }
    for (const line of skipped) process.stdout.write(`${line}\n`)
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`)
  }
}
