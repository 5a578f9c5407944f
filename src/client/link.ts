/** The Network Information API, as far as a browser has it. */
interface NetworkInformation {
  /** Megabits a second. */
  readonly downlink?: number
  readonly saveData?: boolean
}

/** Bytes a millisecond of one megabit a second. */
const BYTES_PER_MEGABIT = 125

/** What the browser says of its link to the network. */
interface Link {
  /** Bytes that come in a millisecond; undefined where the browser does not tell. */
  readonly rate: number | undefined
  /** Whether the visitor asks for little data. */
  readonly saveData: boolean
}

export function networkLink(): Link {
  const { connection } = navigator as { readonly connection?: NetworkInformation }
  const { downlink, saveData = false } = connection ?? {}
  return { rate: downlink && BYTES_PER_MEGABIT * downlink, saveData }
}
