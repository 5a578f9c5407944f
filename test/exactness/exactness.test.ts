import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Decoded, decodeCase, disagreement } from '../../src/bench/exactness/decoded.ts'
import { exactnessCase, runExactness } from '../../src/bench/exactness/run.ts'
import { encodeCase } from '../../src/bench/pictures/encode-case.ts'
import { referenceKernels } from '../../src/codec/compass/kernels/kernels.ts'
import { readHeader } from '../../src/format/reader.ts'
import { referenceEngine } from '../../src/network/reference.ts'
import { engineNetworks } from '../../src/runtime/networks.ts'
import { createWasmRuntime } from '../../src/runtime/node.ts'
import type { Runtime } from '../../src/runtime/types.ts'
import { runtime } from '../codec/compass/harness.ts'
import { extent } from '../extent.ts'
import { CHROMIUM, hasChromium, startChromium } from './chromium.ts'
import { type RemoteDecoder, startWorkerd } from './workerd.ts'

const PICTURES = extent(50, 16)
/** Files that go to onnxruntime-web and to the decoders outside this process too. */
const REMOTE_PICTURES = extent(12, 6)
const WEB_PICTURES = extent(PICTURES, REMOTE_PICTURES)
/** Files that go to the TypeScript references, which take many times as long. */
const REFERENCE_PICTURES = extent(12, 3)

interface Sample {
  readonly seed: number
  readonly file: Uint8Array
  /** What onnxruntime-node makes of the file; every other decoder is compared with it. */
  readonly native: Decoded
}

const samples: Sample[] = []

beforeAll(async () => {
  const node = await runtime('node')
  for (let seed = 1; seed <= PICTURES; seed++) {
    const file = await encodeCase(exactnessCase(seed), { encoder: node, decoder: await runtime('wasm') })
    samples.push({ seed, file, native: await decodeCase(file, node) })
  }
}, 120_000)

/** Seeds of the samples that a decoder decodes otherwise, with what differs. */
async function differences(count: number, decode: (file: Uint8Array) => Promise<Decoded>): Promise<string[]> {
  const found: string[] = []
  for (const { seed, file, native } of samples.slice(0, count)) {
    const differs = await disagreement(native, () => decode(file))
    if (differs) found.push(`seed ${seed}: ${differs}`)
  }
  return found
}

async function remoteDifferences(start: () => Promise<RemoteDecoder>): Promise<string[]> {
  const decoder = await start()
  onTestFinished(() => decoder.close())
  return await differences(REMOTE_PICTURES, (file) => decoder.decode(file))
}

describe('random pictures', { timeout: 120_000 }, () => {
  it('cover one to eight layers, odd sizes and quality layers', () => {
    const ladders = samples.map(({ file }) => readHeader(file).layers)
    expect(new Set(ladders.map(({ length }) => length)).size).toBeGreaterThanOrEqual(extent(7, 5))
    const isQualityLayer = ladders.map((layers) =>
      layers.some(({ width }, k) => width === layers[k - 1]?.width),
    )
    expect(isQualityLayer.filter(Boolean).length).toBeGreaterThanOrEqual(extent(6, 2))
    expect(isQualityLayer.slice(0, REMOTE_PICTURES).filter(Boolean).length).toBeGreaterThanOrEqual(1)
  })

  it('are made by their seeds alone', () => {
    expect(exactnessCase(3)).toEqual(exactnessCase(3))
    expect(exactnessCase(3).ladder).not.toEqual(exactnessCase(4).ladder)
  })

  it('decode alike in onnxruntime-node and with the kernels', async () => {
    const wasm = await runtime('wasm')
    expect(await differences(PICTURES, (file) => decodeCase(file, wasm))).toEqual([])
  })

  it('decode alike in onnxruntime-web', async () => {
    const web = await createWasmRuntime({ engine: 'onnxruntime' })
    expect(await differences(WEB_PICTURES, (file) => decodeCase(file, web))).toEqual([])
  })

  it('decode to the same pixels with the kernels and with their TypeScript references', async () => {
    const wasm = await runtime('wasm')
    expect(wasm.kernels).toBeDefined()
    const reference: Runtime = { ...wasm, network: engineNetworks(referenceEngine, wasm) }
    for (const { file } of samples.slice(0, REFERENCE_PICTURES)) {
      const plain = await decodeCase(file, reference, referenceKernels)
      expect(plain).toEqual(await decodeCase(file, wasm))
    }
  })

  it.each(['exactness-worker.ts', 'exactness-onnx-worker.ts'] as const)(
    'decode alike in workerd: %s',
    async (worker) => {
      expect(await remoteDifferences(() => startWorkerd(worker))).toEqual([])
    },
  )

  it('decode alike in Chromium, which refuses models that are not what the manifest says', async ({
    skip,
  }) => {
    skip(!hasChromium, `no Chromium at ${CHROMIUM}; the environment variable CHROMIUM names another`)
    const browser = await startChromium()
    onTestFinished(() => browser.close())
    expect(await differences(REMOTE_PICTURES, (file) => browser.decode(file))).toEqual([])
    expect(await browser.refusal('/damaged', 'features')).toBe('MODEL_INVALID')
    expect(await browser.refusal('/models', 'no-such-network')).toBe('MODEL_INVALID')
    expect(await browser.refusal('/nowhere', 'features')).toBe('MODEL_INVALID')
    expect(await browser.refusal('/models/', 'features')).toBe('none')
  })
})

describe('a runtime that is not exact', () => {
  /** The wasm runtime with one network's outputs changed a little. */
  async function inexact(network: string, output: string, by: number): Promise<Runtime> {
    const wasm = await runtime('wasm')
    return {
      ...wasm,
      async network(name) {
        const { run } = await wasm.network(name)
        if (name !== network) return { run }
        return {
          async run(inputs, rows, columns, readers = {}) {
            const wrong = (values: Int16Array) => values.map((value) => value + by)
            const reader = readers[output]
            const read: typeof readers = reader
              ? { ...readers, [output]: (view, ...layout) => reader(wrong(view), ...layout) }
              : readers
            const outputs = await run(inputs, rows, columns, read)
            const values = outputs[output]
            return values ? { ...outputs, [output]: wrong(values) } : outputs
          },
        }
      },
    }
  }

  it.each([
    ['base-pass0', 'means', 16, /other symbols|entropy-coded data|a pixel that differs/],
    ['base-pass2', 'indexes', 1, /entropy-coded data/],
    ['base-synthesis', 'picture', 330, /a pixel that differs by \d+ of 255/],
  ])('is found out by its %s %s', async (network, output, by, differs) => {
    const wrong = await inexact(network, output, by)
    const found: (string | undefined)[] = []
    for (const { file, native } of samples.slice(0, 3)) {
      found.push(await disagreement(native, () => decodeCase(file, wrong)))
    }
    expect(found.find(Boolean)).toMatch(differs)
    // The same by the command: what a wrong decoder encodes, a right one does not decode.
    const { failure } = await runExactness({ count: 3, seed: 1, native: await runtime('node'), wasm: wrong })
    expect(failure).toMatchObject({ seed: expect.any(Number), differs: expect.any(String) })
  })
})
