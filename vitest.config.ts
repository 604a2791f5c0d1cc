import { defineConfig } from 'vitest/config'

/** Start real processes, measure the time of their own, or exchange its clock and its chance. */
const ALONE = [
  'test/{e2e,engine,simulation,package}/**/*.test.ts',
  'src/{engine,main}/**/*.test.ts',
  'test/api/{hostile-bodies,many-people}.test.ts',
  'test/script/fuzz.test.ts',
]

export default defineConfig({
  test: {
    pool: 'forks',
    // One more than the cores of a small machine: many tests wait for other processes and for disks.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      {
        extends: true,
        // Loads the modules once for all files, which leave nothing behind in them.
        test: { name: 'rules', include: ['{src,test,docs}/**/*.test.ts'], exclude: ALONE, isolate: false },
      },
      { extends: true, test: { name: 'processes', include: ALONE } },
    ],
  },
})
