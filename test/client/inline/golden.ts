import { readFileSync } from 'node:fs'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url))

/** What models/strata_models/inline/parity.py wrote. */
const golden: { readonly code: string; readonly pixels: Readonly<Record<string, readonly number[]>> } =
  JSON.parse(read('test/golden/inline.json').toString())

/** 48 bytes, as a file's header has them. */
export const code: Uint8Array = new Uint8Array(Buffer.from(golden.code, 'hex'))
export const base64 = Buffer.from(code).toString('base64')

/** Pixels that the beginnings of `code` decode to, by their bytes: interleaved R, G, B. */
export const goldenPixels = Object.entries(golden.pixels).map(
  ([length, pixels]) => [Number(length), pixels] as const,
)

export const packedWeights = (): Uint8Array => read('models/weights/inline.bin')
