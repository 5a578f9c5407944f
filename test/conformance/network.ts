import { beforeAll, describe, expect, it } from 'vitest'
import type { Network, NetworkEngine, TensorAccess } from '../../src/network/engine.ts'
import type { Op, TensorShape } from '../../src/network/program.ts'
import { referenceEngine } from '../../src/network/reference.ts'
import {
  type Built,
  type ConvolutionOptions,
  type Numbers,
  ProgramBuilder,
  randomConvolution,
  randomInputs,
  randomProgram,
} from '../network/builder.ts'
import { generator } from '../pictures.ts'

const OPTIONS = { in: ['x'], out: 'y', kernel: 1, round: 'nearest', low: -32768, high: 32767 } as const

/** Tests that a NetworkEngine computes the integers that src/network/program.ts defines, and those of the reference. */
export function networkConformance(name: string, make: () => NetworkEngine | Promise<NetworkEngine>): void {
  describe(`${name} as a NetworkEngine`, () => {
    let engine: NetworkEngine
    beforeAll(async () => {
      engine = await make()
    })

    /** Runs one convolution on the given tensors, [rows][columns][channels] each, and returns its output. */
    const convolve = (
      options: Partial<ConvolutionOptions> & { outChannels: number },
      numbers: Numbers,
      inputs: Record<string, readonly number[]>,
      [rows, columns]: readonly [number, number] = [1, 1],
    ): number[] => {
      const builder = new ProgramBuilder()
      for (const [input, values] of Object.entries(inputs)) {
        builder.inputs[input] = { channels: values.length / (rows * columns), stride: 1 }
      }
      builder.convolve({ ...OPTIONS, ...options }, numbers)
      const { program, blob } = builder.build(['y'])
      const arrays = Object.entries(inputs).map(([input, values]) => [input, Int16Array.from(values)])
      return [...engine.load(program, blob).run(Object.fromEntries(arrays), rows, columns).y!]
    }

    describe('one op', () => {
      it('sums the products of weights and values, and the bias', () => {
        const numbers = { weights: [1, 2, 3, -4, 5, -6], bias: [100, -100], scale: [1, 1] }
        expect(convolve({ outChannels: 2 }, numbers, { x: [7, 8, 9] })).toEqual([150, -142])
      })

      it('reads the channels of several inputs one tensor after the other', () => {
        const numbers = { weights: [1, 10, 100, 1000], bias: [0], scale: [1] }
        const inputs = { x: [1, 2, 3], x2: [4] }
        expect(convolve({ outChannels: 1, in: ['x', 'x2'] }, numbers, inputs)).toEqual([4321])
        const swapped = { weights: [1000, 1, 10, 100], bias: [0], scale: [1] }
        expect(convolve({ outChannels: 1, in: ['x2', 'x'] }, swapped, inputs)).toEqual([4321])
      })

      it('convolves 3 x 3 neighbourhoods with zeros beyond the edge', () => {
        const numbers = { weights: [1, 2, 3, 4, 5, 6, 7, 8, 9], bias: [0], scale: [1] }
        const x = [1, 0, 0, 0, 0, 0, 0, 1000]
        expect(convolve({ outChannels: 1, kernel: 3 }, numbers, { x }, [2, 4])).toEqual([
          ...[5, 4, 9000, 8000],
          ...[2, 1, 6000, 5000],
        ])
      })

      it('convolves each channel by itself when depthwise', () => {
        const weights = Array.from({ length: 9 }, (_, tap) => [tap + 1, 10 * (tap + 1)]).flat()
        const numbers = { weights, bias: [0, 1], scale: [1, 1] }
        const x = [1, 2, 3, 4]
        const options = { outChannels: 2, kernel: 3, depthwise: true } as const
        expect(convolve(options, numbers, { x }, [1, 2])).toEqual([23, 341, 19, 281])
        const plain = { weights: [3, 5], bias: [0, 1], scale: [1, 1] }
        expect(convolve({ ...options, kernel: 1 }, plain, { x }, [1, 2])).toEqual([3, 11, 9, 21])
      })

      it.each([
        ['nearest', [-3, -2, -2, -2, -1, 0, 0, 0, 1, 2, 2, 2, 3]],
        ['floor', [-3, -3, -2, -2, -1, -1, 0, 0, 0, 1, 1, 2, 2]],
      ] as const)('%s integers', (round, expected) => {
        const bias = [-11, -10, -8, -6, -3, -2, 0, 2, 3, 6, 7, 10, 11]
        const channels = bias.length
        const numbers = { weights: bias.map(() => 0), bias, scale: bias.map(() => 0.25) }
        // -2.75 -2.5 -2 -1.5 -0.75 -0.5 0 0.5 0.75 1.5 1.75 2.5 2.75
        expect(convolve({ outChannels: channels, round }, numbers, { x: [1] })).toEqual([...expected])
      })

      it('applies the leaky unit in f32', () => {
        const bias = [-1000, 1000, -16777217, -15]
        const numbers = { weights: [0, 0, 0, 0], bias, scale: [1, 1, 2 ** -10, 1] }
        const expected = [-100, 1000, -1638, -2]
        expect(convolve({ outChannels: 4, leaky: true }, numbers, { x: [1] })).toEqual(expected)
      })

      it('sums in 32 bits and wraps at their limits', () => {
        const bias = [2 ** 31 - 1 - 32767 * 32767, -(2 ** 31) + 32767 * 32767, 2 ** 31 - 32767 * 32767]
        const numbers = { weights: [32767, -32767, 32767], bias, scale: [2 ** -17, 2 ** -17, 2 ** -17] }
        expect(convolve({ outChannels: 3 }, numbers, { x: [32767] })).toEqual([16384, -16384, -16384])
        // Two products of the lowest values in one pair of channels make 2^31.
        const pair = { weights: [-32768, -32768], bias: [-1], scale: [2 ** -17] }
        expect(convolve({ outChannels: 1 }, pair, { x: [-32768, -32768] })).toEqual([16384])
      })

      it('adds tensors before the bounds apply, without overflow', () => {
        const add = ['x', 'x2']
        const numbers = { weights: [1, -1], bias: [0, 0], scale: [3e38, 3e38] }
        const options = { outChannels: 2, add, in: ['z'] }
        const inputs = { x: [-32768, 32767], x2: [-32768, 32767], z: [100] }
        expect(convolve(options, numbers, inputs)).toEqual([32767, -32768])
        const small = { weights: [1, 1], bias: [0, 0], scale: [600, 600] }
        expect(convolve(options, small, inputs)).toEqual([-5536, 32767])
        const bounds = { ...options, low: -10, high: 20000 }
        expect(convolve(bounds, small, { ...inputs, x2: [-27000, -26999] })).toEqual([232, 20000])
        expect(convolve({ ...bounds, add: ['x'] }, small, { ...inputs, z: [1] })).toEqual([-10, 20000])
      })

      it('limits outputs to [low, high]', () => {
        const numbers = { weights: [1, 1, 1], bias: [0, -7, 7], scale: [1, 1, 1] }
        const options = { outChannels: 3, low: -5, high: 5 }
        expect(convolve(options, numbers, { x: [0] })).toEqual([0, -5, 5])
        expect(convolve({ ...options, low: 4, high: 4 }, numbers, { x: [0] })).toEqual([4, 4, 4])
      })

      const plain = (op: Op, shapes: Record<string, TensorShape>, inputs: Record<string, number[]>) => {
        const program = { inputs: shapes, outputs: ['y'], ops: [op] }
        const arrays = Object.entries(inputs).map(([input, values]) => [input, Int16Array.from(values)])
        return [...engine.load(program, new Uint8Array()).run(Object.fromEntries(arrays), 2, 4).y!]
      }

      it.each([1, 4])('shuffles to %i channels and unshuffles back', (channels) => {
        const cell = (...values: number[]) =>
          values.flatMap((v) => Array.from({ length: channels }, (_, i) => 10 * v + i))
        const coarse = cell(0, 1, 2, 3, 4, 5, 6, 7)
        const fine = cell(0, 1, 4, 5, 2, 3, 6, 7)
        const coarseShape = { x: { channels: 4 * channels, stride: 2 } }
        const shuffle = { op: 'shuffle', in: ['x'], out: 'y', factor: 2 } as const
        expect(plain(shuffle, coarseShape, { x: coarse })).toEqual(fine)
        const unshuffle = { ...shuffle, op: 'unshuffle' } as const
        expect(plain(unshuffle, { x: { channels, stride: 1 } }, { x: fine })).toEqual(coarse)
      })

      it('adds two tensors with saturation', () => {
        const shape = { channels: 1, stride: 1 }
        const inputs = {
          a: [1, -2, 30000, -30000, 32767, -32768, 0, 5],
          b: [5, 2, 30000, -30000, 1, -1, 0, 6],
        }
        const sum = { op: 'sum', in: ['a', 'b'], out: 'y' } as const
        const expected = [6, 0, 32767, -32768, 32767, -32768, 0, 11]
        expect(plain(sum, { a: shape, b: shape }, inputs)).toEqual(expected)
      })
    })

    describe('any program', () => {
      const compare = ({ program, blob }: Built, rows: number, columns: number, seed: number): void => {
        const inputs = randomInputs(program, rows, columns, generator(seed))
        const outputs = engine.load(program, blob).run(inputs, rows, columns)
        const expected = referenceEngine.load(program, blob).run(inputs, rows, columns)
        expect(Object.keys(outputs)).toEqual(Object.keys(expected))
        for (const [output, values] of Object.entries(expected)) {
          expect(outputs[output]!.findIndex((value, i) => value !== values[i])).toBe(-1)
          expect(outputs[output]).toHaveLength(values.length)
        }
      }

      it('equals the reference on random programs', () => {
        for (let seed = 1; seed <= 60; seed++) {
          const random = generator(seed)
          const built = randomProgram(random)
          const [rows, columns] = [1 + Math.floor(3 * random()), 1 + Math.floor(4 * random())]
          compare(built, 8 * rows, 8 * columns, seed)
        }
      })

      it.each([
        [1, 1],
        [1, 2],
        [1, 13],
        [2, 3],
        [3, 1],
        [7, 5],
        [2, 67],
      ] as const)('equals the reference on %i x %i cells with any number of channels', (rows, columns) => {
        const channels = [1, 2, 4, 5, 7, 8, 12, 17]
        for (const [i, inChannels] of channels.entries()) {
          for (const kernel of [1, 3] as const) {
            for (const depthwise of [false, true]) {
              const builder = new ProgramBuilder()
              builder.inputs.x = { channels: inChannels, stride: 1 }
              const outChannels = depthwise ? inChannels : channels[(i + 3) % channels.length]!
              const options = { ...OPTIONS, outChannels, kernel, depthwise, leaky: i % 2 === 0 }
              randomConvolution(builder, options, inChannels, generator(i))
              compare(builder.build(['y']), rows, columns, i + 1)
            }
          }
        }
      })

      it('equals the reference on a typical network', () => {
        const random = generator(5)
        const builder = new ProgramBuilder()
        const add = (options: Partial<ConvolutionOptions>, from: number, to: number, kernel: 1 | 3 = 1) => {
          randomConvolution(
            builder,
            { ...OPTIONS, ...options, outChannels: to, kernel } as ConvolutionOptions,
            from,
            random,
          )
        }
        builder.inputs.latents = { channels: 96, stride: 8 }
        builder.inputs.below = { channels: 12, stride: 2 }
        add({ in: ['latents'], out: 'a' }, 96, 120)
        add({ in: ['a'], out: 'b', depthwise: true }, 120, 120, 3)
        add({ in: ['b'], out: 'c', leaky: true }, 120, 120)
        add({ in: ['c'], out: 'd', add: ['a'] }, 120, 120)
        add({ in: ['d'], out: 'e' }, 120, 192)
        builder.ops.push({ op: 'shuffle', in: ['e'], out: 'residual', factor: 4 })
        add({ in: ['residual', 'below'], out: 'f', leaky: true }, 24, 8)
        add({ in: ['f'], out: 'g', leaky: true }, 8, 8, 3)
        add({ in: ['g'], out: 'picture', add: ['residual', 'below'] }, 8, 12, 3)
        add({ in: ['picture'], out: 'h', round: 'floor', low: 0, high: 255 }, 12, 32)
        builder.ops.push({ op: 'shuffle', in: ['h'], out: 'features', factor: 2 })
        compare(builder.build(['picture', 'features']), 24, 56, 5)
      })
    })

    describe('a run', () => {
      let network: Network
      let built: Built
      const inputs = (seed = 3) => randomInputs(built.program, 8, 24, generator(seed))
      beforeAll(() => {
        const builder = new ProgramBuilder()
        builder.inputs.x = { channels: 3, stride: 2 }
        builder.inputs.wide = { channels: 8, stride: 1 }
        const options = { ...OPTIONS, outChannels: 5, kernel: 3 } as const
        randomConvolution(builder, options, 3, generator(1))
        randomConvolution(builder, { ...options, in: ['wide'], out: 'z', kernel: 1 }, 8, generator(2))
        built = builder.build(['y', 'z', 'wide'])
        network = engine.load(built.program, built.blob)
      })

      it('gives the same result whatever ran before', () => {
        const first = network.run(inputs(), 8, 24)
        const other = randomProgram(generator(11))
        engine.load(other.program, other.blob).run(randomInputs(other.program, 64, 64, generator(1)), 64, 64)
        network.run(randomInputs(built.program, 40, 2, generator(9)), 40, 2)
        expect(network.run(inputs(), 8, 24)).toEqual(first)
      })

      it('does not change its inputs and returns new arrays', () => {
        const before = inputs()
        const given = inputs()
        const first = network.run(given, 8, 24)
        const copy = structuredClone(first)
        expect(given).toEqual(before)
        expect(first.wide).toEqual(given.wide)
        first.wide!.fill(0)
        expect(given).toEqual(before)
        network.run(inputs(4), 8, 24)
        expect(first.y).toEqual(copy.y)
      })

      it('lets the caller write inputs and read outputs in place', () => {
        const { x, wide } = inputs()
        const expected = network.run({ x: x!, wide: wide! }, 8, 24)
        const writer: TensorAccess = (view, cellStride, rowStride, offset) => {
          forCells(4, 12, 3, (row, column, ch, i) => {
            view[offset + row * rowStride + column * cellStride + ch] = x![i]!
          })
        }
        const y = new Int16Array(4 * 12 * 5)
        const reader: TensorAccess = (view, cellStride, rowStride, offset) => {
          forCells(4, 12, 5, (row, column, ch, i) => {
            y[i] = view[offset + row * rowStride + column * cellStride + ch]!
          })
        }
        const { y: expectedY, ...others } = expected
        expect(network.run({ x: writer, wide: wide! }, 8, 24, { y: reader })).toEqual(others)
        expect(y).toEqual(expectedY)
      })

      it('tells the shapes of its tensors', () => {
        expect(Object.fromEntries(network.shapes)).toEqual({
          x: { channels: 3, stride: 2 },
          wide: { channels: 8, stride: 1 },
          y: { channels: 5, stride: 2 },
          z: { channels: 5, stride: 1 },
        })
      })

      it.each([
        ['grid: expected positive multiples of 2 units, got 8 x 3', () => network.run(inputs(), 8, 3)],
        ['grid: expected', () => network.run(inputs(), 0, 24)],
        ['grid: expected', () => network.run(inputs(), 8, Number.NaN)],
        ['inputs: expected x, wide, got wide', () => network.run({ wide: inputs().wide! }, 8, 24)],
        ['inputs: expected', () => network.run({ ...inputs(), more: new Int16Array() }, 8, 24)],
        [
          'input x: expected 144 values, got 1',
          () => network.run({ ...inputs(), x: new Int16Array(1) }, 8, 24),
        ],
        ['readers: expected y, z, wide, got x', () => network.run(inputs(), 8, 24, { x: () => {} })],
      ])('throws INTERNAL for wrong arguments: %s', (message, misuse) => {
        const failure = { code: 'INTERNAL', message: expect.stringContaining(message) }
        expect(misuse).toThrow(expect.objectContaining(failure))
      })
    })
  })
}

function forCells(
  rows: number,
  columns: number,
  channels: number,
  take: (row: number, column: number, ch: number, i: number) => void,
): void {
  for (let i = 0; i < rows * columns * channels; i++) {
    const cell = Math.floor(i / channels)
    take(Math.floor(cell / columns), cell % columns, i % channels, i)
  }
}
