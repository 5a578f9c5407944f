import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { runBatch } from '../../../src/cli/batch/batch.ts'
import { openManifest } from '../../../src/cli/batch/manifest.ts'
import { clock, describeProgress } from '../../../src/cli/batch/progress.ts'
import type { Io } from '../../../src/cli/io.ts'
import { StrataError } from '../../../src/core/errors.ts'
import { plainPng } from '../../origin/fixtures.ts'
import { folder, strata } from '../harness.ts'

function quietIo() {
  const lines: string[] = []
  const io = { progress: (text: string) => void lines.push(text), err: () => {} } as unknown as Io
  return { io, lines }
}

/** Time passes only when the test lets it. */
function stopTime(): void {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const work = async (input: string) => ({ json: input, text: `done ${input}` })

describe('a batch', () => {
  it('processes inputs concurrently, and keeps their order', async () => {
    stopTime()
    let [running, most] = [0, 0]
    const inputs = ['40', '10', '30', '1', '20']
    const batch = runBatch(
      inputs,
      quietIo().io,
      async (input) => {
        most = Math.max(most, ++running)
        await pause(Number(input))
        running--
        return await work(input)
      },
      { concurrency: 3 },
    )
    await vi.advanceTimersByTimeAsync(60)
    const result = await batch
    expect(most).toBe(3)
    expect(result.json).toMatchObject({ files: inputs, failed: [], skipped: 0 })
    expect(result.text).toMatch(/^done 40\n(.*\n){4}5 done; [\d.]+ s$/)
  })

  it('goes on after a failure, but not after a defect', async () => {
    const failing = (error: Error) => async (input: string) => {
      if (input === 'b') throw error
      return await work(input)
    }
    const { io } = quietIo()
    const partial = await runBatch(['a', 'b', 'c'], io, failing(new StrataError('FILE_FAILED', 'b: gone')))
    expect(partial.exitCode).toBe(3)
    expect(partial.text).toMatch(/2 done, 1 failed; /)
    await expect(runBatch(['a', 'b'], io, failing(new TypeError('defect')))).rejects.toThrow('defect')
  })

  it('reports progress at intervals without a terminal', async () => {
    stopTime()
    const notes: string[] = []
    const io = { ...quietIo().io, note: (text: string) => void notes.push(text) }
    const slowly = async (input: string) => {
      await pause(60)
      return await work(input)
    }
    const batch = runBatch(['a', 'b', 'c'], io, slowly, { concurrency: 2, noteMs: 25 })
    await vi.advanceTimersByTimeAsync(120)
    await batch
    expect(notes).toEqual([
      '0/3  0 %  a, b',
      '0/3  0 %  a, b',
      '2/3  66 %  27/s  0:01 left  c',
      '2/3  66 %  20/s  0:01 left  c',
    ])
    await vi.advanceTimersByTimeAsync(1000)
    expect(notes).toHaveLength(4)
  })

  it('prints no progress without an interval', async () => {
    stopTime()
    const notes: string[] = []
    const io = { ...quietIo().io, note: (text: string) => void notes.push(text) }
    const batch = runBatch(['a'], io, async (input) => {
      await pause(60_000)
      return await work(input)
    })
    await vi.advanceTimersByTimeAsync(60_000)
    await batch
    expect(notes).toEqual([])
  })

  it('names ignored files', async () => {
    const said: string[] = []
    const io = { ...quietIo().io, err: (text: string) => void said.push(text) }
    const ignored = ['a.txt', 'b.md', 'c', 'd', 'e', 'f', 'g']
    const { json } = await runBatch(['a'], io, work, { ignored })
    expect(said).toEqual([
      'strata: left out, because their names are not those of pictures: a.txt, b.md, c, d, e, and 2 more\n',
    ])
    expect(json).toMatchObject({ ignored })
  })

  it('shows progress, rate and remaining time', async () => {
    stopTime()
    const { io, lines } = quietIo()
    const batch = runBatch(['a', 'b'], io, async (input) => {
      await pause(20)
      return await work(input)
    })
    await vi.advanceTimersByTimeAsync(40)
    await batch
    expect(lines).toEqual(['0/2  0 %  a', '1/2  50 %  50/s  0:01 left  b'])
    const progress = { done: 30, total: 300, skipped: 10, elapsedMs: 10_000 }
    expect(describeProgress(progress)).toBe('30/300  10 %  2.0/s  2:15 left')
    expect(describeProgress({ ...progress, skipped: 30 })).toBe('30/300  10 %')
    expect([0, 61, 3599.1, 7325].map(clock)).toEqual(['0:00', '1:01', '1:00:00', '2:02:05'])
  })
})

describe('a manifest', () => {
  it('survives being cut off in the middle of a line', async () => {
    const path = join(await folder(), 'manifest')
    const manifest = await openManifest(path)
    await manifest.add('a', '1', { json: 1 })
    await appendFile(path, '{"input":"b","fing')
    const again = await openManifest(path)
    expect([again.find('a', '1'), again.find('a', '2'), again.find('b', '1')]).toEqual([
      { json: 1 },
      undefined,
      undefined,
    ])
    await again.add('b', '1', 'result')
    await again.add('a', '2', 'newer')
    const last = await openManifest(path)
    expect([last.find('a', '1'), last.find('a', '2'), last.find('b', '1')]).toEqual([
      undefined,
      'newer',
      'result',
    ])
  })

  it('is refused when it is another file', async () => {
    const dir = await folder({ 'notes.txt': 'buy milk\n' })
    const path = join(dir, 'notes.txt')
    await expect(openManifest(path)).rejects.toMatchObject({ code: 'FILE_FAILED' })
    expect(await readFile(path, 'utf8')).toBe('buy milk\n')
    await expect(openManifest(dir)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })
})

describe('encode', () => {
  it('encodes a folder into a folder, and again only what is missing or has changed', async () => {
    const dir = await folder({ 'a.png': await plainPng(20, 10), 'b.png': await plainPng(30, 10) })
    const out = join(dir, 'out')
    const argv = ['encode', dir, '-o', out, '--manifest', join(dir, 'manifest'), '--json']
    const first = await strata(argv)
    expect([first.code, first.json().skipped, first.json().files.length]).toEqual([0, 0, 2])
    expect((await strata(argv)).json().skipped).toBe(2)
    await rm(join(out, 'a.strata'))
    await writeFile(join(dir, 'b.png'), await plainPng(31, 10))
    const third = await strata(argv)
    expect([third.code, third.json().skipped]).toEqual([0, 0])
    expect((await strata([...argv, '--concurrency', '0'])).code).toBe(2)
    expect((await strata(['encode', join(dir, 'out'), '-o', out])).err).toContain(
      'expected pictures in the folder',
    )
  })
})
