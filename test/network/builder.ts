import type { Convolution, Op, Program, Shapes, TensorShape } from '../../src/network/program.ts'

/** A generator of numbers in [0, 1). */
export type Random = () => number

export interface Built {
  readonly program: Program
  readonly blob: Uint8Array
}

/** A convolution's parameters as plain numbers, in the order of the blob. */
export interface Numbers {
  readonly weights: ArrayLike<number>
  readonly bias: ArrayLike<number>
  readonly scale: ArrayLike<number>
}

export type ConvolutionOptions = Omit<Convolution, 'op' | 'weights' | 'bias' | 'scale'>

/** Builds a program and its blob. */
export class ProgramBuilder {
  readonly inputs: Record<string, TensorShape> = {}
  readonly ops: Op[] = []
  #sections: Uint8Array[] = []
  #length = 0

  convolve(options: ConvolutionOptions, { weights, bias, scale }: Numbers): this {
    this.ops.push({
      op: 'conv',
      ...options,
      weights: this.#append(Int16Array.from(weights)),
      bias: this.#append(Int32Array.from(bias)),
      scale: this.#append(Float32Array.from(scale)),
    })
    return this
  }

  build(outputs: readonly string[]): Built {
    // The blob starts at an odd offset of its buffer, because engines must accept any offset.
    const blob = new Uint8Array(1 + this.#length)
    let at = 1
    for (const section of this.#sections) {
      blob.set(section, at)
      at += section.length
    }
    return { program: { inputs: this.inputs, outputs, ops: this.ops }, blob: blob.subarray(1) }
  }

  #append({ buffer }: Int16Array | Int32Array | Float32Array): number {
    const at = this.#length
    const section = new Uint8Array(4 * Math.ceil(buffer.byteLength / 4))
    section.set(new Uint8Array(buffer))
    this.#sections.push(section)
    this.#length += section.length
    return at
  }
}

const LIMIT = 32767

/** Random integers in [-limit, limit], a third of them at one of the limits. */
export function randoms(length: number, limit: number, random: Random): Int16Array {
  return Int16Array.from({ length }, () => {
    const value = 2 * random() - 1
    return random() < 0.33 ? Math.sign(value) * limit : Math.round(value * limit)
  })
}

/** Parameters whose outputs fill 16 bits in most channels and exceed them by far in some. */
export function randomNumbers(weightCount: number, outChannels: number, random: Random): Numbers {
  const perOutput = Math.max(weightCount / outChannels, 1)
  const limit = 10 ** (1 + 3.5 * random())
  const scale = 1 / (Math.sqrt(perOutput) * limit)
  return {
    weights: randoms(weightCount, limit, random),
    bias: Array.from({ length: outChannels }, () => Math.round((2 * random() - 1) * limit * 1000)),
    scale: Array.from({ length: outChannels }, () => (random() - 0.3) * scale * 10 ** (3 * random() - 1)),
  }
}

export function randomConvolution(
  builder: ProgramBuilder,
  options: ConvolutionOptions,
  inChannels: number,
  random: Random,
): void {
  const weights = options.kernel ** 2 * inChannels * (options.depthwise ? 1 : options.outChannels)
  builder.convolve(options, randomNumbers(weights, options.outChannels, random))
}

/** A program of up to 8 ops of all kinds on up to 3 inputs of strides 1 to 8. */
export function randomProgram(random: Random): Built {
  const builder = new ProgramBuilder()
  const shapes = new Map<string, TensorShape>()
  const below = (count: number): number => Math.floor(random() * count)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!
  const add = (name: string, shape: TensorShape): void => void shapes.set(name, shape)
  for (let i = 0; i <= below(3); i++) {
    const shape = { channels: pick([1, 2, 3, 4, 5, 8, 12, 16, 20]), stride: pick([1, 2, 4, 8]) }
    builder.inputs[`x${i}`] = shape
    add(`x${i}`, shape)
  }
  for (let i = 0; i <= below(8); i++) {
    const out = `t${i}`
    const from = pick([...shapes.keys()])
    const { channels, stride } = shapes.get(from)!
    const factor = pick([2, 4, 8] as const)
    const kind = below(6)
    if (kind === 0 && channels % factor ** 2 === 0 && stride >= factor) {
      builder.ops.push({ op: 'shuffle', in: [from], out, factor })
      add(out, { channels: channels / factor ** 2, stride: stride / factor })
    } else if (kind === 1 && channels * factor ** 2 <= 128 && stride * factor <= 8) {
      builder.ops.push({ op: 'unshuffle', in: [from], out, factor })
      add(out, { channels: channels * factor ** 2, stride: stride * factor })
    } else if (kind === 2) {
      builder.ops.push({ op: 'sum', in: [from, pick(alike(shapes, { channels, stride }))], out })
      add(out, { channels, stride })
    } else {
      add(out, addConvolution(builder, shapes, from, out, random))
    }
  }
  const names = [...shapes.keys()]
  const outputs = names.filter((_, i) => i === names.length - 1 || random() < 0.2)
  return builder.build(outputs)
}

function addConvolution(
  builder: ProgramBuilder,
  shapes: Shapes,
  from: string,
  out: string,
  random: Random,
): TensorShape {
  const { stride } = shapes.get(from)!
  const beside = [...shapes].filter(([, shape]) => shape.stride === stride && random() < 0.3)
  const inputs = [...beside.map(([name]) => name), from]
  const channels = inputs.map((name) => shapes.get(name)!.channels)
  const inChannels = channels.reduce((sum, count) => sum + count, 0)
  const depthwise = random() < 0.3 && channels.slice(0, -1).every((count) => count % 4 === 0)
  const outChannels = depthwise ? inChannels : 1 + Math.floor(random() ** 2 * 48)
  const shape = { channels: outChannels, stride }
  const low = Math.floor((random() - 1) * LIMIT)
  const options: ConvolutionOptions = {
    in: inputs,
    out,
    outChannels,
    kernel: random() < 0.5 ? 1 : 3,
    ...(depthwise ? { depthwise } : {}),
    leaky: random() < 0.5,
    round: random() < 0.5 ? 'floor' : 'nearest',
    low,
    high: random() < 0.3 ? LIMIT : low + Math.floor(random() * (LIMIT - low)),
    add: alike(shapes, shape)
      .filter(() => random() < 0.6)
      .slice(0, 2),
  }
  randomConvolution(builder, options, inChannels, random)
  return shape
}

function alike(shapes: Shapes, { channels, stride }: TensorShape): string[] {
  return [...shapes]
    .filter(([, shape]) => shape.channels === channels && shape.stride === stride)
    .map(([name]) => name)
}

/** Random inputs for a run on `rows` x `columns` units. */
export function randomInputs(
  { inputs }: Program,
  rows: number,
  columns: number,
  random: Random,
  limit = LIMIT,
): Record<string, Int16Array> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { channels, stride }]) => [
      name,
      randoms((rows / stride) * (columns / stride) * channels, limit, random),
    ]),
  )
}
