import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SlowLink } from '../../../src/bench/client/link.ts'

/** A server that sends `sizes[path]` bytes of the path's number. */
async function server(link: SlowLink, sizes: readonly number[]) {
  const ended: number[] = []
  const http = createServer(async (request, response) => {
    const index = Number(request.url?.slice(1))
    await link.send(response, new Uint8Array(sizes[index]!).fill(index))
    ended.push(index)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void http.close())
  const { port } = http.address() as AddressInfo
  const ask = (index: number) =>
    new Promise<IncomingMessage>((resolve) => get({ port, path: `/${index}`, agent: false }, resolve))
  return { ask, ended }
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe('SlowLink', () => {
  it('delivers every byte, and lets a short response overtake a long one', async () => {
    const { ask, ended } = await server(
      new SlowLink({ kilobitsPerSecond: 8000, latencyMs: 1 }),
      [200_000, 5000],
    )
    const bodies = await Promise.all([0, 1].map(async (index) => await bodyOf(await ask(index))))
    expect(bodies.map(({ length }) => length)).toEqual([200_000, 5000])
    expect(bodies.map((body) => new Set(body))).toEqual([new Set([0]), new Set([1])])
    expect(ended).toEqual([1, 0])
  })

  it('is free again when a client disconnects', async () => {
    const { ask, ended } = await server(
      new SlowLink({ kilobitsPerSecond: 800, latencyMs: 1 }),
      [10_000_000, 3000],
    )
    const gone = await ask(0)
    gone.destroy()
    expect((await bodyOf(await ask(1))).length).toBe(3000)
    await expect.poll(() => ended.toSorted()).toEqual([0, 1])
  })
})
