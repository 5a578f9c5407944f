import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createEngine } from '../../src/network/network-wasm.ts'
import { referenceEngine } from '../../src/network/reference.ts'
import { networkConformance } from '../conformance/network.ts'
import { extent } from '../extent.ts'
import { kernelModule } from '../kernels.ts'
import { generator } from '../pictures.ts'
import { ProgramBuilder, randomConvolution, randomInputs, randomProgram } from './builder.ts'

networkConformance('network-wasm', () => createEngine(kernelModule()))

it('computes the integers of the reference for any program and size', () => {
  const engine = createEngine(kernelModule())
  const property = fc.property(
    fc.integer({ min: 0, max: 0x7fffffff }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 6 }),
    (seed, rows, columns) => {
      const random = generator(seed)
      const { program, blob } = randomProgram(random)
      const inputs = randomInputs(program, 8 * rows, 8 * columns, random)
      const outputs = engine.load(program, blob).run(inputs, 8 * rows, 8 * columns)
      expect(outputs).toEqual(referenceEngine.load(program, blob).run(inputs, 8 * rows, 8 * columns))
    },
  )
  fc.assert(property, { numRuns: extent(150, 60) })
})

it('keeps the parameters of all loaded programs', () => {
  const engine = createEngine(kernelModule())
  const programs = Array.from({ length: 12 }, (_, seed) => randomProgram(generator(seed)))
  const networks = programs.map(({ program, blob }) => engine.load(program, blob))
  networks.forEach((network, seed) => {
    const { program, blob } = programs[seed]!
    const inputs = randomInputs(program, 16, 8, generator(seed))
    expect(network.run(inputs, 16, 8)).toEqual(referenceEngine.load(program, blob).run(inputs, 16, 8))
  })
})

it('computes the same when it returns to an earlier size, whatever ran in between', () => {
  const { program, blob } = randomProgram(generator(5))
  const engine = createEngine(kernelModule())
  const network = engine.load(program, blob)
  const reference = referenceEngine.load(program, blob)
  const run = (rows: number, columns: number): void => {
    const inputs = randomInputs(program, rows, columns, generator(rows + columns))
    expect(network.run(inputs, rows, columns)).toEqual(reference.run(inputs, rows, columns))
  }
  // More sizes than the cache of layouts holds, forwards and backwards.
  const sizes = Array.from(
    { length: 40 },
    (_, i) => [8 * (1 + (i % 6)), 8 * (1 + Math.floor(i / 6))] as const,
  )
  for (const size of [...sizes, ...sizes.toReversed()]) run(...size)
  // Loading another program moves the memory behind its parameters, so cached layouts become invalid.
  const other = randomProgram(generator(6))
  engine.load(other.program, other.blob)
  for (const size of sizes.slice(0, 3)) run(...size)
})

it('throws INTERNAL when a reader or writer uses the engine that runs it, and recovers', () => {
  const builder = new ProgramBuilder()
  builder.inputs.x = { channels: 4, stride: 1 }
  const options = { in: ['x'], out: 'y', outChannels: 4, kernel: 1, round: 'floor', low: 0, high: 9 } as const
  randomConvolution(builder, options, 4, generator(1))
  const { program, blob } = builder.build(['y'])
  const engine = createEngine(kernelModule())
  const network = engine.load(program, blob)
  const x = new Int16Array(4)
  const failure = expect.objectContaining({ code: 'INTERNAL' })
  expect(() => network.run({ x: () => void network.run({ x }, 1, 1) }, 1, 1)).toThrow(failure)
  expect(() => network.run({ x }, 1, 1, { y: () => void engine.load(program, blob) })).toThrow(failure)
  expect(network.run({ x }, 1, 1).y).toHaveLength(4)
})
