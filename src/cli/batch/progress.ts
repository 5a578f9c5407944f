/** Progress of a batch. */
interface Progress {
  readonly done: number
  readonly total: number
  /** Part of `done` that took no time, because it was finished in an earlier run. */
  readonly skipped: number
  readonly elapsedMs: number
}

/** "12/300  4 %  3.1/s  1:33 left": rate and remaining time as soon as one input has been worked on. */
export function describeProgress({ done, total, skipped, elapsedMs }: Progress): string {
  const start = `${done}/${total}  ${Math.floor((100 * done) / Math.max(1, total))} %`
  const worked = done - skipped
  if (worked === 0 || elapsedMs === 0) return start
  const perSecond = (1000 * worked) / elapsedMs
  return `${start}  ${perSecond.toPrecision(2)}/s  ${clock((total - done) / perSecond)} left`
}

/** "0:07", "1:33", "2:05:00" */
export function clock(seconds: number): string {
  const whole = Math.ceil(seconds)
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}
