import { expect, it } from 'vitest'
import { instantiateKernels } from '../../src/core/kernels.ts'
import { clearBorder, fieldOf, readField, writeField } from '../../src/network/field.ts'
import { packParameters } from '../../src/network/parameters.ts'
import type { Convolution } from '../../src/network/program.ts'
import { taskSizes, writeTask } from '../../src/network/task.ts'
import { kernelModule } from '../kernels.ts'
import { generator } from '../pictures.ts'
import { ProgramBuilder, randomConvolution, randoms } from './builder.ts'

/*
 * The memory around the sections of a task is filled with one value and then with another. A convolution of any shape
 * must not change that memory, and its output must not depend on it.
 */
const FILLS = [0x00, 0xff, 0x5a]
const GUARD = 8192

it('a convolution reads and writes only the memory sections of its task', () => {
  const kernels = instantiateKernels(kernelModule())
  const { exports } = kernels
  for (let seed = 1; seed <= 150; seed++) {
    const random = generator(seed)
    const below = (count: number): number => Math.floor(random() * count)
    const depthwise = random() < 0.4
    const inChannels = 1 + below(21)
    const outChannels = depthwise ? inChannels : 1 + below(30)
    const factor = outChannels % 16 === 0 ? 2 : 1
    const kernel = random() < 0.5 ? 1 : 3
    const addCount = below(3)
    const builder = new ProgramBuilder()
    const add = ['p', 'q'].slice(0, addCount)
    const options = { in: ['x'], out: 'y', outChannels, kernel, depthwise, add } as const
    randomConvolution(builder, { ...options, round: 'floor', low: -999, high: 9999 }, inChannels, random)
    const { program, blob } = builder.build(['y'])
    const op = program.ops[0] as Convolution

    const [rows, columns] = [2 * (1 + below(4)), 2 * (1 + below(14))]
    const life = (channels: number, stride: number, hasBorder: boolean) =>
      fieldOf({ shape: { channels, stride }, born: 0, dies: 0, hasBorder }, rows, columns)
    const x = life(inChannels, 2, kernel === 3 || depthwise)
    const y = life(outChannels / factor ** 2, 2 / factor, random() < 0.5)
    const added = add.map(() => life(outChannels, 2, random() < 0.5))
    const packed = packParameters(op, [{ channels: inChannels, stride: 2 }], blob)
    const values = randoms(x.rows * x.columns * inChannels, 32767, random)
    const more = added.map((field) => randoms(field.rows * field.columns * outChannels, 9999, random))

    const sizes = [
      ...taskSizes(op, [inChannels], x.columns),
      ...[packed.weights.byteLength, packed.bias.byteLength, packed.scale.byteLength],
      ...[x, y, ...added].map(({ bytes }) => bytes),
    ]
    const results = FILLS.map((fill) => {
      const pointers = kernels.place([GUARD, ...sizes.flatMap((bytes) => [bytes, GUARD])])
      const own = pointers.filter((_, i) => i % 2 === 1)
      const { buffer } = exports.memory
      const memory = Buffer.from(buffer)
      memory.fill(fill, pointers[0])
      const [task, segments, targets, sums, weights, bias, scale, xAt, yAt] = own as [
        ...[number, number, number, number, number, number, number, number, number],
      ]
      new Int16Array(buffer, weights, packed.weights.length).set(packed.weights)
      new Int32Array(buffer, bias, packed.bias.length).set(packed.bias)
      new Float32Array(buffer, scale, packed.scale.length).set(packed.scale)
      const xView = new Int16Array(buffer, xAt, x.bytes / 2)
      writeField(xView, x, values)
      clearBorder(xView, x)
      clearBorder(new Int16Array(buffer, yAt, y.bytes / 2), y)
      const adds = added.map((field, i) => ({ field, at: own[9 + i]! }))
      adds.forEach(({ field, at }, i) => {
        writeField(new Int16Array(buffer, at, field.bytes / 2), field, more[i]!)
      })
      const taskPointers = { task, segments, targets, sums }
      const [from, to] = [
        { field: x, at: xAt },
        { field: y, at: yAt },
      ]
      writeTask(buffer, taskPointers, op, { weights, bias, scale }, [from], adds, to, factor)

      const before = Buffer.from(memory)
      if (depthwise) exports.networkDepthwise(task)
      else exports.networkDense(task)
      const after = readField(new Int16Array(buffer, yAt, y.bytes / 2), y)
      // Only the sums and the output may have changed: with both restored, the memory equals its copy.
      before.copy(memory, sums, sums, sums + sizes[3]!)
      before.copy(memory, yAt, yAt, yAt + y.bytes)
      expect(Buffer.compare(before, memory)).toBe(0)
      return after
    })
    for (const other of results.slice(1)) expect(other).toEqual(results[0])
  }
})
