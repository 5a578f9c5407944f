import { access, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { measureMemory } from '../../../src/bench/memory/measure.ts'
import type { MemoryUse } from '../../../src/bench/memory/probe.ts'
import { formatMemory, reportMemory } from '../../../src/bench/memory/report.ts'
import { watchWasmMemory } from '../../../src/bench/wasm-memory.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { fakeCodec, strata } from '../../cli/harness.ts'
import { kernelModule } from '../../kernels.ts'

const use = (width: number, height: number, peak: number, live?: number): MemoryUse => ({
  width,
  height,
  peak: peak * 1e6,
  ...(live === undefined ? {} : { live: live * 1e6 }),
  wasm: 40e6,
  input: height * 1e3,
  output: height * 1e3,
})

describe('the report', () => {
  const uses = [use(640, 400, 50), use(1920, 1000, 100, 80), use(1920, 10_000, 120, 84)]

  it('reports how memory grows with the height', () => {
    const { growth, pictures } = reportMemory(uses)
    expect(growth).toEqual([
      { width: 1920, heights: [1000, 10_000], peak: 1.2, live: 1.05, peakWithoutFiles: 1.02 },
    ])
    expect(pictures.map(({ peakMb, liveMb }) => [peakMb, liveMb])).toEqual([
      [50, undefined],
      [100, 80],
      [120, 84],
    ])
  })

  it('is a table for people', () => {
    const lines = formatMemory(reportMemory(uses)).split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[1]).toMatch(/^640x400 +50\.0 +- +40\.0 +0\.4 +0\.4$/)
    expect(lines[4]).toBe('1920x10000 over 1920x1000: peak 1.2, without file and JPEG 1.02, live 1.05')
  })
})

describe('measureMemory', () => {
  it('gives each picture as a file to a probe, and cleans up', async () => {
    const seen: string[] = []
    const sizes = [
      { width: 40, height: 30 },
      { width: 40, height: 70 },
    ]
    const uses = await measureMemory(sizes, {
      codec: fakeCodec,
      async probe(path) {
        seen.push(path)
        const { source } = readHeader(await readFile(path))
        return use(source.width, source.height, 1)
      },
    })
    expect(uses.map(({ width, height }) => ({ width, height }))).toEqual(sizes)
    for (const path of seen) await expect(access(path)).rejects.toThrow('ENOENT')
  })
})

describe('watchWasmMemory', () => {
  it('counts memories of JavaScript and of modules, and their growth', async () => {
    const { instantiate, Instance, Memory } = WebAssembly
    try {
      const watched = watchWasmMemory()
      expect(watched.bytes()).toBe(0)
      const memory = new WebAssembly.Memory({ initial: 2 })
      expect(memory).toBeInstanceOf(Memory)
      expect(watched.bytes()).toBe(2 * 65536)
      memory.grow(1)
      expect(watched.bytes()).toBe(3 * 65536)
      const { exports } = new WebAssembly.Instance(kernelModule())
      const own = (exports.memory as WebAssembly.Memory).buffer.byteLength
      expect(watched.bytes()).toBe(3 * 65536 + own)
      await WebAssembly.instantiate(kernelModule())
      expect(watched.bytes()).toBe(3 * 65536 + 2 * own)
    } finally {
      Object.assign(WebAssembly, { instantiate, Instance, Memory })
    }
  })
})

describe('bench memory', () => {
  it.each([
    [['--sizes', '100'], '--sizes: expected a list such as 1280x853,1920x1280, got "100"'],
    [['--sizes', '100x0'], '--sizes: expected a list'],
    [['--sizes', '60000x60000'], '--sizes: expected a list'],
    [['--sizes', '9x9', '--file', 'x'], '--sizes and --file exclude each other'],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await strata(['bench', 'memory', ...argv])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })
})
