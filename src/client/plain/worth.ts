/*
 * Whether layers pay, by numbers. All bytes are those that travel. AVIF and layers are compared at one SSIMULACRA2;
 * docs/benchmarks.md says how the constants were measured.
 */

/** What the page knows of one picture that it shows as a plain file. */
export interface PlainFacts {
  /** Pixels of the file. */
  readonly pixels: number
  /** Bytes of the file; undefined where the browser does not tell. */
  readonly bytes: number | undefined
  /** How many times as wide the widest file of this picture is. */
  readonly growth: number
}

interface PageFacts {
  readonly pictures: readonly PlainFacts[]
  readonly saveData: boolean
  /** Whether decoder and models are in this browser already. */
  readonly stored: boolean
}

/** Bytes of worker, kernels and models of a first visit, and of asking later whether they are the newest. */
const SPENT = { first: 630_000, stored: 4000 } as const
/** The models of a first visit count as used by this many views of such a page. */
const VIEWS = 16
/** What layers save of the bytes of an AVIF of the same size and score, where no lower layer is here: 12 held-out photographs at 640. */
const SAVED = 0.1
/** Pictures that grow less than this are not worth a request. */
const LEAST_GROWTH = 1.25
/** Pixels of the smallest picture that counts: nobody enlarges icons and avatars. */
const LEAST_PIXELS = 20_000
/** An AVIF of 320 x 213 pixels has some 13 kB, and one with four times as many pixels 2.3 times as many bytes. */
const [USUAL_PIXELS, USUAL_BYTES, EXPONENT] = [320 * 213, 13_000, 0.6]

/** Bytes of the plain file of `pixels`, where the one at hand is known or not. */
export function plainBytes(pixels: number, known?: Pick<PlainFacts, 'pixels' | 'bytes'>): number {
  const [from, bytes] = known?.bytes ? [known.pixels, known.bytes] : [USUAL_PIXELS, USUAL_BYTES]
  return bytes * (pixels / from) ** EXPONENT
}

/**
 * Bytes that layers save where each picture is enlarged once, to twice its width or as far as its files go, against the
 * bytes of decoder and models.
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
  /** Missing bytes of the layers up to the new size; undefined where no layer is here and the file is not known. */
  readonly missing: number | undefined
  /** Pixels to decode. */
  readonly pixels: number
  /** Bytes that come in a millisecond; undefined where nothing was measured. */
  readonly rate: number | undefined
  /** Pixels that are decoded in a millisecond; undefined where nothing was measured. */
  readonly speed: number | undefined
  /** Pictures that come from layers before this one: their pixels, and the bytes of their plain files. */
  readonly queue: { readonly pixels: number; readonly plain: number }
}

/** Nobody notices that a picture comes this many milliseconds later. */
const PATIENCE_MS = 100

/**
 * Whether layers take fewer bytes than the plain file, and are painted about as soon, with all that are to come before.
 * Decoding goes on while bytes come: the slower of the two decides.
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
  // One picture tells how fast this machine is.
  if (speed === undefined) return queue.pixels === 0
  const decoded = (queue.pixels + pixels) / speed
  if (rate === undefined) return decoded <= PATIENCE_MS
  const arrived = ((1 - SAVED) * queue.plain + missing) / rate + pixels / speed
  return Math.max(decoded, arrived) <= (queue.plain + plain) / rate + PATIENCE_MS
}

/** An answer of the network, in milliseconds of the page's clock. */
export interface Arrival {
  readonly start: number
  readonly end: number
  readonly bytes: number
}

/** Bytes that came in a millisecond in which at least one answer was under way; undefined where nothing came. */
export function arrivalRate(arrivals: readonly Arrival[]): number | undefined {
  let [bytes, busy, until] = [0, 0, 0]
  for (const { start, end, bytes: came } of arrivals.toSorted((a, b) => a.start - b.start)) {
    bytes += came
    busy += Math.max(end - Math.max(start, until), 0)
    until = Math.max(until, end)
  }
  return busy > 0 && bytes > 0 ? bytes / busy : undefined
}
