/** Seconds before try `n + 1` after `n` that failed: first, twice that, four times that, up to a bound. */
export function backoff(n: number, first: number, most: number): number {
  return Math.min(most, first * 2 ** Math.min(30, Math.max(0, n - 1)))
}
