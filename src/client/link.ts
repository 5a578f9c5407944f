/** The members of the Network Information API that are used; not every browser has it. */
interface NetworkInformation {
  /** Megabits a second. */
  readonly downlink?: number
  readonly saveData?: boolean
}

/** Bytes per millisecond of one megabit per second. */
const BYTES_PER_MEGABIT = 125

/** The browser's information about its network; undefined in browsers without it. */
export function connection(): NetworkInformation | undefined {
  return (navigator as { readonly connection?: NetworkInformation }).connection
}

/** Bytes per millisecond of the network; undefined in browsers that do not tell. */
export function linkRate(): number | undefined {
  const downlink = connection()?.downlink
  return downlink && BYTES_PER_MEGABIT * downlink
}
