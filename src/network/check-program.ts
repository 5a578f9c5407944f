import { StrataError } from '../core/errors.ts'
import {
  type Convolution,
  channelsOf,
  type Op,
  type Program,
  type Shapes,
  scaleOf,
  type TensorShape,
} from './program.ts'

const MAX_CHANNELS = 4096
const MAX_STRIDE = 256
const NAME = /^[A-Za-z][\w.-]{0,63}$/

/**
 * Checks that a program is valid: that every name, shape and offset fits. Engines do no further checks.
 *
 * @param program parsed JSON of any content
 * @returns the shapes of its tensors
 * @throws StrataError MODEL_INVALID that names the op
 */
export function checkProgram(program: Program, blob: Uint8Array): Shapes {
  const shapes = new Map<string, TensorShape>()
  expectThat(isObject(program) && isObject(program.inputs), 'program', 'an object with inputs', program)
  expectThat(Array.isArray(program.ops), 'ops', 'a list', program.ops)
  expectThat(Array.isArray(program.outputs), 'outputs', 'a list', program.outputs)
  for (const [name, shape] of Object.entries(program.inputs)) {
    expectThat(isObject(shape), `input ${name}`, 'a shape', shape)
    define(shapes, `input ${name}`, name, { channels: shape.channels, stride: shape.stride })
  }
  program.ops.forEach((op, i) => {
    expectThat(isObject(op), `op ${i}`, 'an object', op)
    const where = `op ${i} (${op.op} ${op.out})`
    define(shapes, where, op.out, shapeOf(op, where, shapes, blob))
  })
  expectThat(program.outputs.length > 0, 'outputs', 'at least one', 'none')
  for (const name of program.outputs) shapeNamed(shapes, 'outputs', name)
  expectThat(new Set(program.outputs).size === program.outputs.length, 'outputs', 'different ones', program)
  return shapes
}

function shapeOf(op: Op, where: string, shapes: Shapes, blob: Uint8Array): TensorShape {
  expectThat(Array.isArray(op.in) && op.in.length > 0, where, 'a list of inputs', op.in)
  const inputs = op.in.map((name) => shapeNamed(shapes, where, name))
  const { channels, stride } = inputs[0]!
  const count = op.op === 'conv' ? inputs.length : op.op === 'sum' ? 2 : 1
  expectThat(inputs.length === count, where, `${count} inputs`, inputs.length)
  switch (op.op) {
    case 'conv':
      return checkConvolution(op, where, inputs, shapes, blob)
    case 'sum':
      expectThat(sameShape(inputs[1]!, inputs[0]!), where, 'inputs of one shape', op.in)
      return { channels, stride }
    case 'shuffle':
    case 'unshuffle': {
      const { factor } = op
      expectThat(factor === 2 || factor === 4 || factor === 8, where, 'factor 2, 4 or 8', factor)
      const area = factor * factor
      if (op.op === 'unshuffle') return { channels: channels * area, stride: stride * factor }
      return { channels: channels / area, stride: stride / factor }
    }
    default:
      throw invalid(where, 'a known op', (op as Op).op)
  }
}

function checkConvolution(
  op: Convolution,
  where: string,
  inputs: readonly TensorShape[],
  shapes: Shapes,
  blob: Uint8Array,
): TensorShape {
  const { outChannels, kernel, low, high } = op
  const { stride } = inputs[0]!
  const inChannels = channelsOf(inputs)
  const shape = { channels: outChannels, stride }
  expectThat(isIn(outChannels, 1, MAX_CHANNELS), where, `1 to ${MAX_CHANNELS} outChannels`, outChannels)
  expectThat(kernel === 1 || kernel === 3, where, 'kernel 1 or 3', kernel)
  for (const flag of [op.depthwise, op.leaky]) {
    expectThat(flag === undefined || typeof flag === 'boolean', where, 'true or false', flag)
  }
  expectThat(op.round === 'floor' || op.round === 'nearest', where, 'round floor or nearest', op.round)
  expectThat(isIn(low, -32768, 32767) && isIn(high, low, 32767), where, '16-bit low <= high', [low, high])
  for (const input of inputs) expectThat(input.stride === stride, where, 'inputs of one stride', op.in)
  expectThat(inChannels <= MAX_CHANNELS, where, `at most ${MAX_CHANNELS} input channels`, inChannels)
  if (op.depthwise) {
    expectThat(outChannels === inChannels, where, `${inChannels} outChannels`, outChannels)
    const whole = inputs.slice(0, -1).every(({ channels }) => channels % 4 === 0)
    expectThat(whole, where, 'a multiple of 4 channels in all inputs but the last', op.in)
  }
  const add = op.add ?? []
  expectThat(Array.isArray(add) && add.length <= 2, where, 'at most 2 tensors to add', add)
  for (const name of add) {
    const added = shapeNamed(shapes, where, name)
    expectThat(sameShape(added, shape), where, `${show(shape)} to add`, added)
  }

  const weightBytes = 2 * kernel * kernel * inChannels * (op.depthwise ? 1 : outChannels)
  const sections = { weights: weightBytes, bias: 4 * outChannels, scale: 4 * outChannels }
  for (const name of ['weights', 'bias', 'scale'] as const) {
    const offset = op[name]
    const fits = isIn(offset, 0, blob.length - sections[name]) && offset % 4 === 0
    expectThat(fits, where, `${sections[name]} bytes of ${name} in a blob of ${blob.length}`, offset)
  }
  const scale = scaleOf(op, blob)
  expectThat(scale.every(Number.isFinite), where, 'finite scales', [...scale])
  return shape
}

function define(shapes: Map<string, TensorShape>, where: string, name: string, shape: TensorShape): void {
  expectThat(typeof name === 'string' && NAME.test(name), where, 'a name', name)
  expectThat(!shapes.has(name), where, 'a new name', name)
  const { channels, stride } = shape
  expectThat(isIn(channels, 1, MAX_CHANNELS), where, `1 to ${MAX_CHANNELS} channels`, channels)
  const isPower = isIn(stride, 1, MAX_STRIDE) && (stride & (stride - 1)) === 0
  expectThat(isPower, where, `a power of two up to ${MAX_STRIDE} as stride`, stride)
  shapes.set(name, shape)
}

function shapeNamed(shapes: Shapes, where: string, name: string): TensorShape {
  const shape = shapes.get(name)
  if (!shape) throw invalid(where, 'a tensor that an input or an earlier op defines', name)
  return shape
}

function sameShape(a: TensorShape, b: TensorShape): boolean {
  return a.channels === b.channels && a.stride === b.stride
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function isIn(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && low <= (value as number) && (value as number) <= high
}

function expectThat(condition: boolean, where: string, expected: string, actual: unknown): void {
  if (!condition) throw invalid(where, expected, actual)
}

function invalid(where: string, expected: string, actual: unknown): StrataError {
  return new StrataError('MODEL_INVALID', `network: ${where}: expected ${expected}, got ${show(actual)}`)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
