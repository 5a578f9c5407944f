/*
 * Estimates whether layers pay. All bytes are bytes on the wire. AVIF and layers are compared at equal SSIMULACRA2;
 * docs/benchmarks.md tells how the constants were measured.
 */

/** Facts of a picture that is shown as a plain file. */
export interface PlainFacts {
  /** Pixels of the file. */
  readonly pixels: number
  /** Bytes of the file; undefined if the browser does not tell. */
  readonly bytes: number | undefined
  /** Width of the widest file of this picture, divided by that of the shown file. */
  readonly growth: number
}

interface PageFacts {
  readonly pictures: readonly PlainFacts[]
  readonly saveData: boolean
  /** Whether decoder and models are stored in this browser. */
  readonly stored: boolean
}

/** Bytes of worker, kernels and models at a first visit, and of revalidating them at later visits. */
const SPENT = { first: 630_000, stored: 4000 } as const
/** Number of page views over which the models of a first visit are assumed to be used. */
const VIEWS = 16
/**
 * Share of the bytes of an AVIF of equal size and score that layers save if no lower layer is stored: 12 held-out
 * photographs at 640.
 */
const SAVED = 0.1
/** Growth below which a picture is not worth a request. */
const LEAST_GROWTH = 1.25
/** Pixels of the smallest picture that counts: icons and avatars are not enlarged. */
const LEAST_PIXELS = 20_000
/** An AVIF of 320 x 213 pixels has about 13 kB, and one of four times as many pixels has 2.3 times as many bytes. */
const [USUAL_PIXELS, USUAL_BYTES, EXPONENT] = [320 * 213, 13_000, 0.6]

/** Estimated bytes of a plain file of `pixels`, from a known file of the picture or else from a usual one. */
export function plainBytes(pixels: number, known?: Pick<PlainFacts, 'pixels' | 'bytes'>): number {
  const [from, bytes] = known?.bytes ? [known.pixels, known.bytes] : [USUAL_PIXELS, USUAL_BYTES]
  return bytes * (pixels / from) ** EXPONENT
}

/**
 * Compares the bytes that layers save with the bytes of decoder and models. Each picture is assumed to be enlarged
 * once, to twice its width or to its widest file.
 */
export function weigh({ pictures, saveData, stored }: PageFacts): {
  readonly saved: number
  readonly spent: number
  readonly isWorth: boolean
} {
  let saved = 0
  for (const { pixels, bytes, growth } of pictures) {
    if (growth < LEAST_GROWTH || pixels < LEAST_PIXELS) continue
    saved += SAVED * plainBytes(pixels * Math.min(growth, 2) ** 2, { pixels, bytes })
  }
  if (!stored) saved *= VIEWS
  const spent = stored ? SPENT.stored : SPENT.first
  return { saved, spent, isWorth: !saveData && saved >= spent }
}

interface Growth {
  /** Bytes of the plain file of the new size. */
  readonly plain: number
  /** Missing bytes of the layers up to the new size; undefined if no layer is stored and the file is unknown. */
  readonly missing: number | undefined
  /** Pixels to decode. */
  readonly pixels: number
  /** Bytes received per millisecond; undefined if not measured. */
  readonly rate: number | undefined
  /** Pixels decoded per millisecond; undefined if not measured. */
  readonly speed: number | undefined
  /** Pictures that are decoded before this one: their pixels, and the bytes of their plain files. */
  readonly queue: { readonly pixels: number; readonly plain: number }
}

/** Delay of a picture that users do not notice. */
const PATIENCE_MS = 100

/**
 * Whether layers take fewer bytes than the plain file and are painted about as soon, after the pictures in the queue.
 * Decoding and receiving overlap, so the slower of the two decides.
 */
export function decodes({
  plain,
  missing = (1 - SAVED) * plain,
  pixels,
  rate,
  speed,
  queue,
}: Growth): boolean {
  if (missing >= plain) return false
  // Decode one picture to measure the speed of this machine.
  if (speed === undefined) return queue.pixels === 0
  const decoded = (queue.pixels + pixels) / speed
  if (rate === undefined) return decoded <= PATIENCE_MS
  const arrived = ((1 - SAVED) * queue.plain + missing) / rate + pixels / speed
  return Math.max(decoded, arrived) <= (queue.plain + plain) / rate + PATIENCE_MS
}

/** A response from the network, in milliseconds of the page's clock. */
export interface Arrival {
  readonly start: number
  readonly end: number
  readonly bytes: number
}

/** Bytes per millisecond, over the time in which at least one response was arriving; undefined without responses. */
export function arrivalRate(arrivals: readonly Arrival[]): number | undefined {
  let [bytes, busy, until] = [0, 0, 0]
  for (const { start, end, bytes: came } of arrivals.toSorted((a, b) => a.start - b.start)) {
    bytes += came
    busy += Math.max(end - Math.max(start, until), 0)
    until = Math.max(until, end)
  }
  return busy > 0 && bytes > 0 ? bytes / busy : undefined
}
