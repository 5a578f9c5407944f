import { describe, expect, it } from 'vitest'
import { type DecodePart, observedKernels, observedNetworks } from '../../src/bench/observe.ts'
import { referenceKernels } from '../../src/codec/compass/kernels/kernels.ts'

/** Notes what is observed, and hands it on. */
function recorder() {
  const seen: DecodePart[] = []
  const observer = <T>(part: DecodePart, work: () => T): T => {
    seen.push(part)
    return work()
  }
  return { seen, observer }
}

/** A network with state that only its own methods reach. */
class Network {
  readonly name: string
  #runs = 0

  constructor(name: string) {
    this.name = name
  }

  run(value: number): number {
    this.#runs++
    return value + 1
  }

  runs(): number {
    return this.#runs
  }
}

describe('observedNetworks', () => {
  const runtime = {
    name: 'wasm',
    load: async (name: string) => new Network(name),
    network: (name: string) => new Network(name),
    table: async () => ({ halo: 16 }),
    none: () => undefined,
  }

  it('counts the runs of every network, handed out at once or later', async () => {
    const { seen, observer } = recorder()
    const observed = observedNetworks(runtime, observer)
    const later = await observed.load('a')
    const now = observed.network('b')
    expect(seen).toEqual([])
    expect([later.run(1), now.run(2), now.run(3)]).toEqual([2, 3, 4])
    expect(seen).toEqual(['networks', 'networks', 'networks'])
    expect([later.name, later.runs(), now.name, now.runs()]).toEqual(['a', 1, 'b', 2])
  })

  it('leaves everything else as it is', async () => {
    const { seen, observer } = recorder()
    const observed = observedNetworks(runtime, observer)
    expect(observed.name).toBe('wasm')
    expect(await observed.table()).toEqual({ halo: 16 })
    expect(observed.none()).toBeUndefined()
    expect(seen).toEqual([])
  })

  it('passes failures on', async () => {
    const { observer } = recorder()
    const broken = {
      load: async () => {
        throw new Error('no such network')
      },
    }
    await expect(observedNetworks(broken, observer).load()).rejects.toThrow('no such network')
  })
})

describe('observedKernels', () => {
  it('counts the coder and the filters apart', () => {
    const { seen, observer } = recorder()
    const decoded: number[] = []
    const kernels = observedKernels(
      {
        ...referenceKernels,
        coder: {
          name: 'reference',
          decoder: () => ({
            decode: (indexes) => decoded.push(indexes.length),
            finish: () => decoded.push(0),
          }),
        },
        liff: () => decoded.push(-1),
      } as Parameters<typeof observedKernels>[0],
      observer,
    )
    const decoder = kernels.coder.decoder(new Uint8Array(4))
    decoder.decode(new Uint8Array(9), new Int16Array(9))
    decoder.finish()
    ;(kernels.liff as () => void)()
    expect(decoded).toEqual([9, 0, -1])
    expect(seen).toEqual(['entropy', 'entropy', 'kernels'])
    expect(kernels.cells.bytes(new Int16Array(6), 1)).toEqual(new Uint8Array(3))
    const store = kernels.passes({ rows: 1, values: new Int16Array(2), scaleIndexes: new Uint8Array(2) })
    expect(store.magnitudes(Int32Array.of(0), 2)).toEqual(new Int16Array(2))
    expect(seen.slice(3)).toEqual(['kernels', 'kernels', 'kernels'])
  })
})
