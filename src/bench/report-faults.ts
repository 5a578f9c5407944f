/** A case that was answered wrongly. */
export interface FuzzFault {
  /** `strata bench fuzz --cases 1 --seed` with the same `--of` and `--layers` runs this case alone. */
  readonly seed: number
  readonly kind: string
  readonly reason: string
}

/** Most faults of one kind that are shown, because one defect causes many. */
export const SHOWN = 20

/** Gives each fault to `print` when it is found; of one kind only the first ones. */
export function faultPrinter(print: (line: string) => void): (fault: FuzzFault) => void {
  const counts = new Map<string, number>()
  return (fault) => {
    const count = (counts.get(fault.kind) ?? 0) + 1
    counts.set(fault.kind, count)
    if (count <= SHOWN) print(formatFault(fault))
    if (count === SHOWN) print(`(further faults of kind ${fault.kind} are only counted)`)
  }
}

function formatFault({ seed, kind, reason }: FuzzFault): string {
  return `seed ${seed} (${kind}): ${reason}`
}
