/** Largest error of a clock in milliseconds: a lease written by a wrong clock must expire while clients still wait. */
const MOST_MS = 60_000
/** Milliseconds within which the clock jumps. */
const JUMPS_WITHIN_MS = 8000

/**
 * A statement that is put before a program and makes its clock wrong by up to a minute, and after some seconds wrong by
 * another amount. Half of the clocks are right.
 * @param random 0..1
 */
export function jumpingClock(random: () => number): string {
  const wrong = () => Math.round(MOST_MS * (2 * random() - 1))
  const [isRight, before, after, at] = [random() < 0.5, wrong(), wrong(), random() * JUMPS_WITHIN_MS]
  return isRight ? '' : clockStatement(before, after, Math.round(at))
}

/** @param at milliseconds after the first read of the clock, from which it is wrong by `after` instead of `before` */
export function clockStatement(before: number, after: number, at: number): string {
  return `
    globalThis.Date = ((Real) => {
      let first
      const now = () => {
        const time = Real.now()
        first ??= time
        return time + (time - first < ${at} ? ${before} : ${after})
      }
      return class Date extends Real {
        constructor(...parts) {
          if (parts.length === 0) super(now())
          else super(...parts)
        }
        static now() {
          return now()
        }
      }
    })(Date)
  `
}
