import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { load } from '../../../src/bench/load/clients.ts'
import { figuresOf, formatLoad, measurePair } from '../../../src/bench/load/measure.ts'
import { benchLoad } from '../../../src/bench/load/run.ts'
import { writeStrata } from '../../../src/format/writer.ts'
import { fakeCodec, strata } from '../../cli/harness.ts'
import { sampleParts } from '../../format/files.ts'

const root = new URL('../../../', import.meta.url).pathname

/** Answers with `body`, a bit later; counts what it answers and the connections it has. */
async function server(body: string, { status = 200, delayMs = 1 } = {}) {
  const seen = { requests: 0, atOnce: 0, most: 0 }
  const http = createServer((_, response) => {
    seen.requests++
    seen.most = Math.max(seen.most, ++seen.atOnce)
    setTimeout(() => {
      seen.atOnce--
      response.writeHead(status).end(body)
    }, delayMs)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void http.close())
  return { seen, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/` }
}

describe('clients', () => {
  it('repeat requests as they are answered, on a fixed number of connections', async () => {
    const { url, seen } = await server('hello', { delayMs: 10 })
    const turn = await load({ url, bytes: 5 }, { connections: 3, seconds: 0.2 })
    expect(turn.latencies.length).toBe(seen.requests)
    expect(seen.requests).toBeGreaterThan(5)
    expect(seen.most).toBe(3)
    expect(Math.min(...turn.latencies)).toBeGreaterThan(0.5)
    expect(turn.seconds).toBeGreaterThanOrEqual(0.2)
  })

  it.each([
    [{ status: 200 }, 4],
    [{ status: 500 }, 5],
  ])('take no wrong answer: %o', async (answer, bytes) => {
    const { url } = await server('hello', answer)
    await expect(load({ url, bytes }, { connections: 1, seconds: 0.1 })).rejects.toMatchObject({
      code: 'INTERNAL',
    })
  })

  it('stop when they are aborted', async () => {
    const { url } = await server('hello')
    const signal = AbortSignal.abort()
    await expect(load({ url, bytes: 5 }, { connections: 1, seconds: 5, signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })
})

describe('figures', () => {
  it('cover all turns', () => {
    const latencies = Array.from({ length: 100 }, (_, i) => 100 - i)
    const turns = [
      { latencies: latencies.slice(0, 40), seconds: 1 },
      { latencies: latencies.slice(40), seconds: 3 },
    ]
    expect(figuresOf(turns)).toEqual({ requests: 100, perSecond: 25, p50: 50, p99: 99 })
    expect(() => figuresOf([{ latencies: [], seconds: 1 }])).toThrow('no request')
  })

  it('distinguish a fast server from a slow one', async () => {
    const fast = await server('abc', { delayMs: 0 })
    const slow = await server('abc', { delayMs: 20 })
    const pair = { path: 'x', strata: { url: slow.url, bytes: 3 }, static: { url: fast.url, bytes: 3 } }
    const row = await measurePair(pair, { connections: 2, seconds: 0.15, rounds: 2 })
    expect(row.ratio).toBeLessThan(0.7)
    expect(row.strata.p50).toBeGreaterThan(row.static.p50)
    expect(formatLoad([row])).toMatch(/x 3 B +\d+ /)
  })
})

describe('strata bench load', () => {
  it('measures the Workers that are deployed', async () => {
    const file = writeStrata(
      sampleParts(
        640,
        400,
        [
          { width: 320, quality: 60 },
          { width: 640, quality: 60 },
        ],
        { maxStrip: 9000 },
      ),
    )
    const options = { root, file, codec: fakeCodec, width: 320, connections: 4, seconds: 0.3, rounds: 1 }
    const rows = await benchLoad({ ...options, paths: ['truncate'] })
    expect(rows.map(({ path }) => path)).toEqual(['truncate'])
    for (const { strata: ours, static: theirs, ratio } of rows) {
      expect(ours.requests).toBeGreaterThan(3)
      expect(theirs.requests).toBeGreaterThan(3)
      expect(ratio).toBeGreaterThan(0.2)
    }
  }, 120_000)

  it.each([
    [['--connections', '0'], '--connections'],
    [['--width', 'wide'], '--width'],
    [['--seconds', '61'], '--seconds'],
  ])('is refused with %o', async (argv, message) => {
    const { code, err } = await strata(['bench', 'load', ...argv])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })
})
