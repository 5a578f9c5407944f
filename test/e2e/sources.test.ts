import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Colour, colourOf, isNear, look, pngOf } from './colours.ts'
import { type OriginProcess, startEdge, startOrigin, until } from './real.ts'

const COUNT = 50
const REVALIDATE_S = 2
/** Pictures that are asked for at once, as a browser does. */
const AT_ONCE = 6

const CHANGED: Colour = [250, 10, 250]

function nameOf(i: number): string {
  return `album ${i % 3}/Bild ${i} ü.png`
}

/** A website with these pictures, which knows ETags. */
async function startWebsite() {
  const pictures = new Map<string, Uint8Array>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const picture = pictures.get(path)
    if (picture === undefined) return void response.writeHead(404).end()
    const etag = `"${createHash('sha1').update(picture).digest('hex')}"`
    const isKnown = request.headers['if-none-match'] === etag
    asked.push(`${isKnown ? 304 : 200} ${path}`)
    if (isKnown) return void response.writeHead(304, { ETag: etag }).end()
    const headers = { 'Content-Type': 'image/png', 'Content-Length': picture.length, ETag: etag }
    response.writeHead(200, headers).end(picture)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}/media/`, pictures, asked, stop }
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const follow = async () => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, follow))
}

const ALL = Array.from({ length: COUNT }, (_, i) => i)

describe.each(['site', 'media'] as const)('50 pictures of the source %s', { timeout: 600_000 }, (source) => {
  let origin: OriginProcess
  let edge: Awaited<ReturnType<typeof startEdge>>
  let website: Awaited<ReturnType<typeof startWebsite>>
  const at = (i: number) => {
    const path = nameOf(i).split('/').map(encodeURIComponent).join('/')
    return edge.url.replace(/img\/$/, `src/${source}/${path}`)
  }
  const bucket = () => edge.worker.getR2Bucket('MEDIA')

  async function putPicture(i: number, colour: Colour): Promise<void> {
    const png = await pngOf(colour)
    if (source === 'site') website.pictures.set(`/media/${nameOf(i)}`, png)
    else await (await bucket()).put(`pics/${nameOf(i)}`, png)
  }

  async function expectAll(colour: (i: number) => Colour): Promise<void> {
    await inTurns(ALL, async (i) => {
      const seen = await look(at(i))
      expect(isNear(seen, colour(i)), `${nameOf(i)}: ${seen} is not ${colour(i)}`).toBe(true)
    })
  }

  beforeAll(async () => {
    website = await startWebsite()
    origin = await startOrigin()
    const SOURCES = `site=${website.url}?revalidate=${REVALIDATE_S} media=r2:MEDIA/pics?revalidate=${REVALIDATE_S}`
    edge = await startEdge(origin.url, { SOURCES, LOOPBACK_SOURCES: 'true' })
    await inTurns(ALL, (i) => putPicture(i, colourOf(i)))
  }, 240_000)
  afterAll(async () => {
    await edge?.stop()
    await origin?.stop()
    website?.stop()
  }, 60_000)

  it('are right at the first view, and fetched once', async () => {
    await expectAll(colourOf)
    if (source === 'site') expect(website.asked.filter((line) => line.startsWith('200')).length).toBe(COUNT)
  })

  it('are encoded soon, and right then', async () => {
    await inTurns(ALL, async (i) => void (await until(at(i), ({ state }) => state === 'ready')))
    await expectAll(colourOf)
  })

  it('are the old ones until a new one is encoded, and then the new one', async () => {
    await putPicture(7, CHANGED)
    const seen: ('old' | 'new')[] = []
    while (seen.filter((each) => each === 'new').length < 3) {
      const colour = await look(at(7))
      const isNew = isNear(colour, CHANGED)
      expect(isNew || isNear(colour, colourOf(7)), String(colour)).toBe(true)
      seen.push(isNew ? 'new' : 'old')
      await sleep(100)
    }
    expect(seen[0]).toBe('old')
    expect(seen.toSorted((a, b) => b.localeCompare(a))).toEqual(seen)
  })

  it('are all served when the source is gone', async () => {
    if (source === 'site') website.stop()
    else {
      const { objects } = await (await bucket()).list()
      await (await bucket()).delete(objects.map(({ key }) => key))
    }
    const now = (i: number) => (i === 7 ? CHANGED : colourOf(i))
    await expectAll(now)
    if (source === 'media') return // within the grace only
    await sleep(1000 * (REVALIDATE_S + 0.5))
    await expectAll(now)
    await expectAll(now)
  })
})
