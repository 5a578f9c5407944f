import { describe, expect, it, vi } from 'vitest'
import { putTogether, takeApart } from '../../src/bench/forged/forge.ts'
import { CASES, type CaseSource } from '../../src/bench/fuzz/cases.ts'
import { type CompassReader, clientReader, transcoderReader } from '../../src/bench/fuzz/compass-readers.ts'
import { fuzzSource, runFuzz } from '../../src/bench/fuzz/run.ts'
import { randomOf } from '../../src/bench/random.ts'
import { transcodeParts } from '../../src/bench/transcode-parts.ts'
import type { Runtime } from '../../src/runtime/types.ts'
import { runtime } from '../codec/compass/harness.ts'
import { extent } from '../extent.ts'

let made: Promise<CaseSource> | undefined
const source = async () => {
  made ??= fuzzSource(await runtime('node'), await runtime('wasm'))
  return await made
}

describe('forged and damaged files', { timeout: 120_000 }, () => {
  it('are refused with typed errors, in bounded time and memory', async () => {
    const report = await runFuzz({ cases: extent(2000, 500), seed: 1, source: await source() })
    expect(report.failures).toEqual([])
    const { decoded = 0, ENTROPY_CORRUPT: corrupt = 0, FORMAT_INVALID: invalid = 0 } = report.outcomes
    // The cases reach every depth: the header, the streams, and the networks behind them.
    expect(Math.min(decoded, corrupt, invalid)).toBeGreaterThan(extent(100, 25))
  })

  it('are transcoded or refused, and come to the same however the browser library grows them', async () => {
    const { files, ...parts } = await source()
    const readers = [transcoderReader(transcodeParts(parts.runtime)), clientReader(parts.runtime)]
    const options = { source: { ...parts, files, valid: files }, readers }
    const { failures, outcomes } = await runFuzz({ cases: extent(1000, 100), seed: 2001, ...options })
    expect(failures).toEqual([])
    expect(outcomes.decoded).toBeGreaterThan(extent(100, 5))
    // Valid ones are what both make pictures of, of whatever layer.
    for (const file of files) for (const read of readers) await read(file, randomOf(file.length))
  })

  it('would show a transcoder that answers what was not asked for', async () => {
    const { files, runtime } = await source()
    const { encoders, ...parts } = transcodeParts(runtime)
    const swapped = transcoderReader({ ...parts, encoders: { ...encoders, png: encoders.jpeg! } })
    vi.spyOn(console, 'error').mockImplementation(() => undefined) // it is logged
    const careless = transcoderReader({
      ...parts,
      encoders,
      decodeRows() {
        throw new RangeError('out of bounds')
      },
    })
    const said = async (read: CompassReader) =>
      await Promise.all(
        [1, 2, 3, 4, 5, 6].map((seed) => read(files[1]!, randomOf(seed)).catch((error) => String(error))),
      )
    expect((await said(swapped)).join()).toContain('Error: transcoder: expected png of 61x47, got jpeg')
    expect((await said(careless)).join()).toContain('Error: transcoder: 500')
  })

  it('are made by their seeds alone', async () => {
    const files = await source()
    for (const [kind, make] of Object.entries(CASES)) {
      expect([kind, await make(randomOf(5), files)]).toEqual([kind, await make(randomOf(5), files)])
    }
  })

  it('start from valid ones that survive being taken apart', async () => {
    for (const file of (await source()).files) expect(putTogether(takeApart(file))).toEqual(file)
  })

  it('would show an error that is not typed', async () => {
    const wasm = await runtime('wasm')
    let runs = 0
    const failing: Runtime = {
      ...wasm,
      async network(name) {
        const { run } = await wasm.network(name)
        // Now and then only: a single bad file provokes it.
        return {
          run: async (...args) =>
            ++runs % 97 === 0 ? Promise.reject(new RangeError('out of bounds')) : run(...args),
        }
      },
    }
    const { failures } = await runFuzz({
      cases: 300,
      seed: 1,
      // Nothing to warm up with: only what a case provokes is a case.
      source: { ...(await source()), valid: [], runtime: failing },
    })
    expect(failures.length).toBeGreaterThan(0)
    expect(failures[0]?.reason).toContain('out of bounds')
  })
})
