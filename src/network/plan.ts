import type { Op, Program, Shapes, TensorShape } from './program.ts'

/** One kernel call of a plan. */
export interface Step {
  readonly op: Op
  /** Name of the tensor that the step writes. */
  readonly out: string
  /** Factor of the shuffle through which a convolution stores its output; 1 without a shuffle. */
  readonly factor: number
}

/** Lifetime of a tensor in a run, and its shape. */
export interface Life {
  readonly shape: TensorShape
  /** Index of the step that writes it; -1 for inputs. */
  readonly born: number
  /** Index of the last step that reads it; the number of steps for outputs. */
  readonly dies: number
  /** Whether zeros surround the grid. All convolutions but dense 1 x 1 read them. */
  readonly hasBorder: boolean
}

export interface Plan {
  readonly steps: readonly Step[]
  /** All tensors that are stored in memory, by name. */
  readonly lives: ReadonlyMap<string, Life>
}

/** @param shapes of the checked program */
export function makePlan(program: Program, shapes: Shapes): Plan {
  const steps = joinShuffles(program, shapes)
  const born = new Map([...Object.keys(program.inputs)].map((name) => [name, -1]))
  const dies = new Map(born)
  const borders = new Set<string>()
  steps.forEach(({ op, out }, i) => {
    for (const name of readBy(op)) dies.set(name, i)
    born.set(out, i)
    dies.set(out, i)
    if (op.op === 'conv' && (op.kernel === 3 || op.depthwise)) for (const name of op.in) borders.add(name)
  })
  for (const name of program.outputs) dies.set(name, steps.length)
  const lives = [...born].map(([name, birth]): [string, Life] => {
    const life = { born: birth, dies: dies.get(name)!, hasBorder: borders.has(name) }
    return [name, { shape: shapes.get(name)!, ...life }]
  })
  return { steps, lives: new Map(lives) }
}

/**
 * Joins each shuffle with the convolution before it. This requires that nothing else reads the tensor between them, and
 * that the cells of the output are whole vectors.
 */
function joinShuffles({ ops, outputs }: Program, shapes: Shapes): Step[] {
  const uses = new Map<string, number>()
  for (const name of [...outputs, ...ops.flatMap(readBy)]) uses.set(name, (uses.get(name) ?? 0) + 1)
  const joined = new Map<string, Op & { op: 'shuffle' }>()
  const convolved = new Set(ops.flatMap((op) => (op.op === 'conv' ? [op.out] : [])))
  for (const op of ops) {
    if (op.op !== 'shuffle') continue
    const [from] = op.in
    const isWhole = shapes.get(op.out)!.channels % 4 === 0
    if (isWhole && convolved.has(from) && uses.get(from) === 1) joined.set(from, op)
  }
  const done = new Set<Op>(joined.values())
  return ops
    .filter((op) => !done.has(op))
    .map((op) => {
      const shuffle = joined.get(op.out)
      return { op, out: shuffle?.out ?? op.out, factor: shuffle?.factor ?? 1 }
    })
}

function readBy(op: Op): readonly string[] {
  return op.op === 'conv' ? [...op.in, ...(op.add ?? [])] : op.in
}

/**
 * Allocates sections in a common memory, so that sections alive at the same step do not overlap: the largest first, each
 * at the lowest free offset.
 *
 * @param sections their `bytes` are multiples of 16
 */
export function placeByLife(
  sections: readonly (Pick<Life, 'born' | 'dies'> & { readonly bytes: number })[],
): {
  readonly offsets: readonly number[]
  readonly bytes: number
} {
  const offsets = sections.map(() => 0)
  const placed: number[] = []
  const order = sections.map((_, i) => i).sort((a, b) => sections[b]!.bytes - sections[a]!.bytes)
  for (const i of order) {
    const own = sections[i]!
    const neighbours = placed
      .filter((j) => sections[j]!.born <= own.dies && own.born <= sections[j]!.dies)
      .sort((a, b) => offsets[a]! - offsets[b]!)
    let offset = 0
    for (const j of neighbours) {
      if (offset + own.bytes <= offsets[j]!) break
      offset = Math.max(offset, offsets[j]! + sections[j]!.bytes)
    }
    offsets[i] = offset
    placed.push(i)
  }
  return { offsets, bytes: Math.max(...sections.map(({ bytes }, i) => offsets[i]! + bytes)) }
}
