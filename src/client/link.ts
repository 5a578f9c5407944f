/** The Network Information API, as far as a browser has it. */
interface NetworkInformation {
  /** Megabits a second. */
  readonly downlink?: number
  readonly saveData?: boolean
}

/** Bytes a millisecond of one megabit a second. */
const BYTES_PER_MEGABIT = 125

/** What the browser tells of its link to the network. */
export function connection(): NetworkInformation | undefined {
  return (navigator as { readonly connection?: NetworkInformation }).connection
}

/** Bytes that come in a millisecond; undefined where the browser does not tell. */
export function linkRate(): number | undefined {
  const downlink = connection()?.downlink
  return downlink && BYTES_PER_MEGABIT * downlink
}
