/** Tests that find more the longer they run: short in `npm test`, long in `npm run night`. */

/** @param long also what `REPRISE_LONG_TESTS=1` asks for by hand */
export const runLength = (short: number, long: number): number =>
  process.env.REPRISE_LONG_TESTS === '1' ? long : short
