import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Flood } from '../../../src/bench/load/flood.ts'
import { type FloodAnswer, flood } from '../../../src/bench/load/flood-client.ts'
import { formatFlood, reportFlood } from '../../../src/bench/load/flood-report.ts'
import { strata } from '../../cli/harness.ts'

const accepted: FloodAnswer = { status: 202, code: undefined, retryAfter: undefined, ms: 5, bytes: 30 }
const none = { answers: [], memory: [] }
const good: Flood = {
  load: [1, 2],
  uploads: {
    answers: [accepted],
    memory: [{ process: 'origin 7', before: 90e6, most: 120e6, after: 100e6 }],
  },
  images: { ready: 1 },
  leftOver: 0,
  variants: none,
}

describe('the report of a flood', () => {
  it('reports no fault when all answers are expected', () => {
    const report = reportFlood(good)
    expect(report).toMatchObject({ faults: [], uploads: { requests: 1, answers: { '202': 1 }, p99: 5 } })
    expect(formatFlood(report)).toContain('origin 7           90 MB before, 120 at most, 100 after')
  })

  it.each<[Partial<Flood>, string]>([
    [
      { uploads: { ...none, answers: [{ ...accepted, status: 0, code: 'ECONNRESET' }] } },
      '1 x upload: no answer (ECONNRESET)',
    ],
    [
      { uploads: { ...none, answers: [{ ...accepted, status: 500, code: 'INTERNAL' }] } },
      '1 x upload: 500 INTERNAL',
    ],
    [
      { uploads: { ...none, answers: [{ ...accepted, status: 503, code: 'STORAGE_FAILED' }] } },
      '1 x upload: 503 STORAGE_FAILED without Retry-After',
    ],
    [{ variants: { ...none, answers: [accepted] } }, '1 x variant: 202'],
    [{ images: { 'failed INPUT_CORRUPT': 2 } }, '2 images: failed INPUT_CORRUPT'],
    [{ leftOver: 3 }, '3 originals more than images in the bucket'],
  ])('finds what is wrong with %o', (change, fault) => {
    expect(reportFlood({ ...good, ...change }).faults).toEqual([fault])
  })
})

describe('a flood', () => {
  it('sends all requests at once, and records answers and failures', async () => {
    let open = 0
    let most = 0
    const waiting: (() => void)[] = []
    const http = createServer((request, response) => {
      most = Math.max(most, ++open)
      request.resume()
      // The server answers once all requests have arrived.
      waiting.push(() => {
        if (request.url === '/cut') request.socket.destroy()
        else if (request.url === '/busy')
          response.writeHead(503, { 'Retry-After': '7' }).end('{"error":{"code":"ORIGIN_BUSY"}}')
        else response.writeHead(202).end('{}')
      })
      if (waiting.length === 6) for (const answer of waiting) answer()
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void http.close())
    const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    const paths = ['/a', '/b', '/c', '/d', '/busy', '/cut']
    const body = new Uint8Array(1000)
    const answers = await flood(
      paths.map((path) => ({ url: base + path, method: 'PUT', headers: { 'Content-Length': 1000 }, body })),
    )
    expect(most).toBe(6)
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 503, 0])
    expect(answers[4]).toMatchObject({ code: 'ORIGIN_BUSY', retryAfter: '7' })
  })

  it('is refused with invalid numbers', async () => {
    const { code, err } = await strata(['bench', 'load', '--uploads', 'many'])
    expect([code, err]).toEqual([2, expect.stringContaining('--uploads')])
  })
})
