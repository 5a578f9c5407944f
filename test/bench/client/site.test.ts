import { expect, it } from 'vitest'
import { startSite } from '../../../src/bench/client/site.ts'

it('a site counts every byte of answers that are under way together', async () => {
  const files = new Map(Array.from({ length: 8 }, (_, i) => [`/avif/${i}.avif`, new Uint8Array(1000 + i)]))
  const link = { kilobitsPerSecond: 100_000, latencyMs: 5 }
  const site = await startSite({ link, library: '/nowhere', edge: 'http://127.0.0.1:9', files })
  try {
    const get = async (path: string) => (await (await fetch(site.url + path)).arrayBuffer()).byteLength
    const got = await Promise.all([...files.keys()].map(get))
    let counted = 0
    const count = () => {
      counted += site.take().pictures
      return counted
    }
    // The last byte is here before its sender knows.
    await expect.poll(count).toBe(got.reduce((sum, bytes) => sum + bytes, 0))
    expect(site.take()).toEqual({ page: 0, library: 0, runtime: 0, models: 0, pictures: 0 })
  } finally {
    await site.close()
  }
})
