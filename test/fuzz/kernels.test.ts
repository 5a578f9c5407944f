import { describe, expect, it } from 'vitest'
import { type Random, randomOf } from '../../src/bench/random.ts'
import { instantiateKernels, type Kernels } from '../../src/core/kernels.ts'
import { packTables } from '../../src/entropy/rans-wasm.ts'
import { kernelModule } from '../kernels.ts'

/*
 * A kernel stays inside what its caller laid out for it, whatever the content: everything around its sections is
 * filled with one value and then with another; nothing of it may change, and nothing that comes out may depend on it.
 */
const FILLS = [0x00, 0xff, 0x5a]
const GUARD = 4096

interface Section {
  readonly bytes: number
  readonly content?: Uint8Array
}

/** Runs a kernel between guards and checks them. */
function guarded(
  kernels: Kernels,
  sections: readonly Section[],
  run: (pointers: readonly number[]) => unknown,
): void {
  const results = FILLS.map((fill) => {
    const pointers = kernels.place([GUARD, ...sections.flatMap(({ bytes }) => [bytes, GUARD])])
    const own = pointers.filter((_, i) => i % 2 === 1)
    const memory = Buffer.from(kernels.exports.memory.buffer)
    memory.fill(fill, pointers[0])
    sections.forEach(({ bytes, content }, i) => {
      memory.fill(0, own[i], own[i]! + bytes)
      if (content) memory.set(content, own[i])
    })
    const before = Buffer.from(memory)
    run(own)
    const after = sections.map(({ bytes }, i) => Buffer.from(memory.subarray(own[i], own[i]! + bytes)))
    // With the sections put back nothing has changed.
    sections.forEach(({ bytes }, i) => {
      before.copy(memory, own[i], own[i], own[i]! + bytes)
    })
    expect(Buffer.compare(before, memory)).toBe(0)
    return Buffer.concat(after)
  })
  for (const other of results.slice(1)) expect(Buffer.compare(other, results[0]!)).toBe(0)
}

describe('the WebAssembly kernels, given anything', () => {
  it('decode rANS inside their sections', () => {
    const kernels = instantiateKernels(kernelModule())
    const tables = packTables()
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomOf(seed)
      const count = random.below(500)
      const sections = [
        { bytes: tables.length, content: tables },
        { bytes: count, content: random.bytes(count).map((index) => (seed % 2 ? index : index & 63)) },
        { bytes: 2 * count },
        {
          bytes: 6 * count + 2,
          content: random.chance(0.2) ? new Uint8Array() : random.bytes(6 * count + 2),
        },
        { bytes: 20, content: random.bytes(20) },
      ]
      guarded(kernels, sections, ([table = 0, indexes = 0, out = 0, input = 0, state = 0]) => {
        const used = kernels.exports.ransDecode(table, indexes, count, out, input, state) - input
        expect(used).toBeLessThanOrEqual(6 * count)
      })
    }
  })

  it('predict inside their sections', () => {
    const kernels = instantiateKernels(kernelModule())
    for (let seed = 1; seed <= 300; seed++) predictRow(kernels, randomOf(seed))
  })

  it('move latents inside their sections', () => {
    const kernels = instantiateKernels(kernelModule())
    for (let seed = 1; seed <= 100; seed++) moveLatents(kernels, randomOf(seed))
  })

  it('turn latents and samples into others inside their sections', () => {
    const kernels = instantiateKernels(kernelModule())
    for (let seed = 1; seed <= 100; seed++) turnNumbers(kernels, randomOf(seed))
  })

  it('resample inside their sections', () => {
    const kernels = instantiateKernels(kernelModule())
    for (let seed = 1; seed <= 100; seed++) resampleRows(kernels, randomOf(seed))
  })
})

/** liffCubic and liffRow with any samples, columns beyond the picture and phases that do not exist. */
function predictRow(kernels: Kernels, random: Random): void {
  const [width, target, phases] = [1 + random.below(40), random.below(90), 1 + random.below(16)]
  const features = 16 * (width + 2)
  const any = (bytes: number) => ({ bytes, content: random.bytes(bytes) })
  const sections = [
    any(4 * 6 * width + 16), // the picture: four rows, and what the last vector runs over
    any(8), // weights of the cubic
    { bytes: 6 * (width + 4) + 16 }, // the line
    ...[any(features), any(features), any(features)],
    any(4 * target), // columns
    any(16 * phases),
    any(432 * phases), // filters
    { bytes: 6 * target + 2 },
  ]
  guarded(
    kernels,
    sections,
    ([picture = 0, weights = 0, line = 0, above = 0, middle = 0, below = 0, ...rest]) => {
      const [columns = 0, phaseTable = 0, bank = 0, out = 0] = rest
      const rows = [0, 1, 2, 3].map((row) => picture + 6 * width * row) as [number, number, number, number]
      kernels.exports.liffCubic(...rows, width, weights, line)
      kernels.exports.liffRow(
        ...([line, above, middle, below, width] as const),
        ...([columns, target, phaseTable, phases, bank, out] as const),
      )
    },
  )
}

/** The kernels of passes, each run lying anywhere in the latents or outside. */
function moveLatents(kernels: Kernels, random: Random): void {
  const { exports } = kernels
  const [channels, latents, count] = [8 * (1 + random.below(4)), 1 + random.below(20), 1 + random.below(30)]
  const [length, size] = [channels * latents, channels * count]
  const runs = Int32Array.from({ length: count }, () =>
    random.chance(0.2) ? -1 : random.below(length - channels + 1),
  )
  const any = (bytes: number) => ({ bytes, content: random.bytes(bytes) })
  const sections = [
    { bytes: 4 * count, content: new Uint8Array(runs.buffer) },
    ...[any(2 * length), any(length)], // latents: values, tables
    ...[any(2 * size), any(size), any(2 * size)], // a pass: means, tables, symbols
    ...[{ bytes: 2 * size }, { bytes: 2 * size }, { bytes: size }],
  ]
  guarded(
    kernels,
    sections,
    ([at = 0, values = 0, indexes = 0, means = 0, tables = 0, symbols = 0, ...out]) => {
      exports.passMagnitudes(at, count, channels, values, out[0]!)
      exports.passHalves(at, count, channels, values, out[1]!)
      exports.passTables(at, count, channels, means, out[2]!)
      exports.passStore(at, count, channels, means, tables, symbols, values, indexes)
    },
  )
}

function turnNumbers(kernels: Kernels, random: Random): void {
  const { exports } = kernels
  const [channels, latents, count] = [8 * (1 + random.below(4)), 1 + random.below(20), 1 + random.below(30)]
  const columns = Int32Array.from({ length: count }, () => random.below(latents))
  const any = (bytes: number) => ({ bytes, content: random.bytes(bytes) })
  const sections = [
    { bytes: 4 * count, content: new Uint8Array(columns.buffer) },
    ...[any(2 * channels * latents), any(channels * latents)], // latents: values, tables
    any(8 * channels), // gains
    any(2 * count + 30), // samples
    ...[{ bytes: 4 * channels * count }, { bytes: 2 * channels * latents }, { bytes: count + 15 }],
  ]
  guarded(kernels, sections, ([at = 0, values = 0, indexes = 0, gains = 0, samples = 0, ...out]) => {
    exports.cellContext(at, count, channels, values, indexes, out[0]!)
    exports.cellDequantize(values, latents, channels, gains, 16383, out[1]!)
    exports.cellBytes(samples, count, out[2]!)
    exports.cellBound(samples, count, 16320)
  })
}

/** Both passes of a resampler with any samples and any weights, as long as those beyond a row weigh nothing. */
function resampleRows(kernels: Kernels, random: Random): void {
  const [width, outWidth, slots] = [1 + random.below(60), 1 + random.below(60), 1 + random.below(9)]
  const pairs = 1 + random.below(6)
  const channels = 3 + random.below(2)
  const pitch = 16 * Math.ceil((channels * outWidth + 1) / 16)
  const first = Int32Array.from({ length: outWidth }, () => random.below(width))
  const weights = new Int16Array(random.bytes(8 * outWidth * pairs).buffer)
  first.forEach((from, x) => {
    for (let tap = Math.min(2 * pairs, width - from); tap < 2 * pairs; tap++) {
      const at = 4 * (x * pairs + (tap >> 1)) + (tap & 1)
      weights[at] = 0
      weights[at + 2] = 0
    }
  })
  const any = (bytes: number) => ({ bytes, content: random.bytes(bytes) })
  const sections = [
    { bytes: 4 * outWidth, content: new Uint8Array(first.buffer) },
    { bytes: weights.byteLength, content: new Uint8Array(weights.buffer) },
    ...[
      any(channels * width + 16),
      { bytes: 16 * (width + 2 * pairs + 3) },
      { bytes: channels * outWidth + 1 },
    ],
    ...[any(slots * pitch), any(8 * pairs), { bytes: pitch }],
  ]
  const slot = random.below(slots)
  guarded(kernels, sections, ([firstAt = 0, across = 0, pixels = 0, spread = 0, row = 0, ...rest]) => {
    const [ring = 0, down = 0, out = 0] = rest
    kernels.exports.resampleAcross(channels, pixels, width, spread, firstAt, across, pairs, outWidth, row)
    kernels.exports.resampleDown(ring, pitch, slots, slot, down, pairs, out)
  })
}
