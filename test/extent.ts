/**
 * How many cases the heavy suites run: all of them where STRATA_TESTS=all (.ci/run sets it), else a sample that a
 * developer waits for. The cases come from seeds, so a sample is always the same one.
 */
export function extent(all: number, sample: number): number {
  return process.env.STRATA_TESTS === 'all' ? all : sample
}
