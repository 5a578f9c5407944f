import { describe, expect, it } from 'vitest'
import { checkProgram } from '../../src/network/check-program.ts'
import type { Op, Program } from '../../src/network/program.ts'
import { type ConvolutionOptions, ProgramBuilder, randomConvolution } from './builder.ts'

const OPTIONS: ConvolutionOptions = {
  in: ['x', 'x2'],
  out: 'y',
  outChannels: 6,
  kernel: 3,
  round: 'nearest',
  low: -100,
  high: 100,
  add: ['x'],
}

function build(): { program: Program; blob: Uint8Array } {
  const builder = new ProgramBuilder()
  builder.inputs.x = { channels: 6, stride: 2 }
  builder.inputs.x2 = { channels: 2, stride: 2 }
  builder.inputs.coarse = { channels: 48, stride: 4 }
  randomConvolution(builder, OPTIONS, 8, () => 0.4)
  builder.ops.push({ op: 'shuffle', in: ['coarse'], out: 's', factor: 2 })
  builder.ops.push({ op: 'unshuffle', in: ['s'], out: 'u', factor: 2 })
  builder.ops.push({ op: 'sum', in: ['u', 'coarse'], out: 'sum' })
  return builder.build(['y', 'sum'])
}

/** The valid program with some fields of the op `index` replaced. */
function withOp(index: number, fields: Record<string, unknown>): Program {
  const { program } = build()
  const ops = program.ops.map((op, i) => (i === index ? ({ ...op, ...fields } as Op) : op))
  return { ...program, ops }
}

function withInput(shape: unknown): Program {
  const { program } = build()
  return { ...program, inputs: { ...program.inputs, x: shape } } as Program
}

const CONV = 0
const SHUFFLE = 1
const UNSHUFFLE = 2
const SUM = 3

describe('checkProgram', () => {
  const { program, blob } = build()

  it('returns the shape of every tensor of a valid program', () => {
    expect([...checkProgram(program, blob)]).toEqual([
      ['x', { channels: 6, stride: 2 }],
      ['x2', { channels: 2, stride: 2 }],
      ['coarse', { channels: 48, stride: 4 }],
      ['y', { channels: 6, stride: 2 }],
      ['s', { channels: 12, stride: 2 }],
      ['u', { channels: 48, stride: 4 }],
      ['sum', { channels: 48, stride: 4 }],
    ])
  })

  const refuses = (forged: unknown, message: string, bytes = blob): void => {
    const failure = { code: 'MODEL_INVALID', message: expect.stringContaining(message) }
    expect(() => checkProgram(forged as Program, bytes)).toThrow(expect.objectContaining(failure))
  }

  it.each([
    ['null', null],
    ['a text', 'program'],
    ['no inputs', { ...program, inputs: undefined }],
    ['an input without a shape', withInput(null)],
    ['no ops', { ...program, ops: {} }],
    ['an op that is null', { ...program, ops: [null] }],
    ['no list of outputs', { ...program, outputs: 'y' }],
    ['no outputs', { ...program, outputs: [] }],
    ['an unknown output', { ...program, outputs: ['z'] }],
    ['an output twice', { ...program, outputs: ['y', 'y'] }],
  ])('refuses %s', (_, forged) => {
    refuses(forged, 'expected')
  })

  it.each([
    ['channels', [0, -4, 1.5, 4097, '6', null, undefined, Number.NaN, Number.POSITIVE_INFINITY]],
    ['stride', [0, 3, -2, 0.5, 512, '2', undefined, 2 ** 32]],
  ])('refuses an input with wrong %s', (field, values) => {
    for (const value of values) refuses(withInput({ channels: 6, stride: 2, [field]: value }), 'input x')
  })

  it.each(['', '1st', '__proto__', 'a b', 'x'.repeat(65), 'x', 'x2', 7, undefined])(
    'refuses the name %o for an output',
    (out) => {
      refuses(withOp(CONV, { out }), 'name')
    },
  )

  it.each([
    ['op', ['pool', undefined]],
    ['in', [[], 'x', ['z'], ['y'], ['x', 'coarse'], ['x', 7], undefined, [['x']]]],
    ['outChannels', [0, 5, 7, 4097, 6.5, '6']],
    ['kernel', [0, 2, 5, '3', undefined]],
    ['depthwise', [1, 'true', true]],
    ['leaky', [0, 'no']],
    ['round', ['ceil', undefined]],
    ['low', [-32769, 101, 0.5, undefined]],
    ['high', [-101, 32768, '9']],
    ['add', ['x', ['x', 'x', 'x'], ['x2'], ['coarse'], ['y'], ['z']]],
    ['weights', [-4, 2, 10 ** 9, 2 ** 32, 0.5, '0', undefined, Number.NaN]],
    ['bias', [-4, 866, blob.length - 20, null]],
    ['scale', [-4, blob.length - 20, blob.length, 1]],
  ])('refuses a convolution with wrong %s', (field, values) => {
    for (const value of values) refuses(withOp(CONV, { [field]: value }), `op ${CONV}`)
  })

  it('refuses parameters that end one byte behind the blob', () => {
    expect(checkProgram(program, blob).size).toBe(7)
    refuses(program, 'in a blob of', blob.subarray(0, -1))
  })

  it('refuses scales that are not finite', () => {
    const { scale } = program.ops[CONV] as Op & { op: 'conv' }
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const forged = blob.slice()
      new DataView(forged.buffer).setFloat32(scale + 4, value, true)
      refuses(program, 'finite scales', forged)
    }
  })

  it('refuses depthwise inputs that would begin inside a vector', () => {
    refuses(withOp(CONV, { depthwise: true, outChannels: 8, add: [] }), 'multiple of 4 channels')
    const fields = { depthwise: true, outChannels: 18, in: ['s', 'x'], add: [] }
    refuses(withOp(CONV, fields), 'a tensor that an input or an earlier op defines')
  })

  it.each([
    [SHUFFLE, 'factor', [1, 3, 4, 8, 16, '2', undefined]],
    [SHUFFLE, 'in', [['x'], ['coarse', 'coarse'], [], 'x']],
    [UNSHUFFLE, 'factor', [0, 3, 16]],
    [UNSHUFFLE, 'in', [['s', 's'], ['sum']]],
    [SUM, 'in', [['u'], ['u', 'coarse', 'u'], ['u', 's'], ['u', 'z']]],
  ])('refuses op %i with wrong %s', (op, field, values) => {
    for (const value of values) refuses(withOp(op, { [field]: value }), 'op ')
  })

  it('refuses a shuffle to a stride below 1 and an unshuffle beyond the largest stride or channel count', () => {
    const shuffled = (op: 'shuffle' | 'unshuffle', channels: number, stride: number) => ({
      inputs: { x: { channels, stride } },
      outputs: ['y'],
      ops: [{ op, in: ['x'], out: 'y', factor: 8 }],
    })
    refuses(shuffled('shuffle', 64, 4), 'stride')
    refuses(shuffled('shuffle', 96, 8), 'channels')
    refuses(shuffled('unshuffle', 65, 1), 'channels')
    refuses(shuffled('unshuffle', 1, 64), 'stride')
  })
})
