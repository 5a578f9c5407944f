import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { broken, type OriginProcess, put, startEdge, startOrigin, tinted, until } from './real.ts'

const BROWSER = { Accept: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8' }
/** Between two looks, in milliseconds. */
const PAUSE_MS = 150

interface Look {
  readonly status: number
  readonly type: string | null
  readonly width: number
  readonly colour: 'red' | 'blue'
  /** `render` or `transcode`. */
  readonly plan: string | undefined
}

/** What a browser gets now; decoded as a whole, so that half a file throws. */
async function look(address: string, width = 320): Promise<Look> {
  const response = await fetch(`${address}?w=${width}`, { headers: BROWSER })
  const { status, headers } = response
  const body = new Uint8Array(await response.arrayBuffer())
  if (status !== 200) throw new Error(`${address}: HTTP ${status} with ${body.length} bytes`)
  const { info, data } = await sharp(body, { failOn: 'warning' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const sumOf = (channel: number) =>
    data.reduce((sum, value, i) => (i % 3 === channel ? sum + value : sum), 0)
  return {
    status,
    type: headers.get('Content-Type'),
    width: info.width,
    colour: sumOf(0) > sumOf(2) ? 'red' : 'blue',
    plan: headers.get('Strata-Plan')?.split(';')[0],
  }
}

/** Looks again and again until `end` resolves, and twice after that. */
async function lookUntil(address: string, end: Promise<unknown>): Promise<Look[]> {
  const looks: Look[] = []
  let left = Number.POSITIVE_INFINITY
  void end.then(
    () => {
      left = 2
    },
    () => {
      left = 0
    },
  )
  for (; left > 0; left--) {
    looks.push(await look(address))
    await sleep(PAUSE_MS)
  }
  await end
  return looks
}

describe('pictures at once', { timeout: 240_000 }, () => {
  let origin: OriginProcess
  let edge: Awaited<ReturnType<typeof startEdge>>
  const at = (id: string) => `${edge.url}${id}`

  beforeAll(async () => {
    origin = await startOrigin()
    edge = await startEdge(origin.url)
  }, 240_000)
  afterAll(async () => {
    await edge?.stop()
    await origin?.stop()
  }, 60_000)

  it('are there from the upload on, rendered at first', async () => {
    expect(await put(at('new'), await tinted('red'))).toBe(202)
    const looks = await lookUntil(
      at('new'),
      until(at('new'), ({ state }) => state === 'ready'),
    )
    expect(looks[0]).toEqual({ status: 200, type: 'image/avif', width: 320, colour: 'red', plan: 'render' })
    for (const seen of looks) expect(seen).toMatchObject({ type: 'image/avif', width: 320, colour: 'red' })
    expect(looks.at(-1)?.plan).toBe('transcode')
  })

  it('are replaced by whole ones, first the old and then the new', async () => {
    await put(at('replaced'), await tinted('red'))
    await until(at('replaced'), ({ state }) => state === 'ready')
    expect(await put(at('replaced'), await tinted('blue'))).toBe(202)
    const ready = until(at('replaced'), ({ replacing }) => replacing === undefined)
    const looks = await lookUntil(
      at('replaced'),
      ready.then(() => sleep(1200)),
    )
    for (const seen of looks)
      expect(seen).toMatchObject({ type: 'image/avif', width: 320, plan: 'transcode' })
    const colours = looks.map(({ colour }) => colour)
    expect(colours[0]).toBe('red')
    expect(colours.at(-1)).toBe('blue')
    expect(colours.toSorted((a, b) => b.localeCompare(a))).toEqual(colours)
  })

  it('stay when the file that is to replace them is broken', async () => {
    await put(at('kept'), await tinted('red'))
    await until(at('kept'), ({ state }) => state === 'ready')
    await put(at('kept'), await broken())
    const failed = until(at('kept'), ({ replacing }) => replacing?.state === 'failed')
    const looks = await lookUntil(at('kept'), failed)
    for (const seen of looks) expect(seen).toMatchObject({ width: 320, colour: 'red' })
    expect(await failed).toMatchObject({ state: 'ready', replacing: { error: { code: 'INPUT_CORRUPT' } } })
  })

  it('that are encoded are served without the origin, and uploads made meanwhile become ready with it', async () => {
    await put(at('lasting'), await tinted('red'))
    await until(at('lasting'), ({ state }) => state === 'ready')
    const seen = await look(at('lasting'))
    await origin.kill()
    try {
      expect(await look(at('lasting'))).toEqual(seen)
      expect(await look(at('lasting'), 250)).toMatchObject({ width: 250, colour: 'red', plan: 'transcode' })
      expect(await put(at('meanwhile'), await tinted('blue'))).toBe(202)
      expect(await put(at('lasting'), await tinted('blue'))).toBe(202)
      const answer = await fetch(`${at('meanwhile')}?w=320`, { headers: BROWSER })
      expect([answer.status, await answer.text()]).toEqual([202, ''])
      expect(await look(at('lasting'))).toEqual(seen)
    } finally {
      await origin.restart()
    }
    await until(at('meanwhile'), ({ state }) => state === 'ready')
    await until(at('lasting'), ({ replacing }) => replacing === undefined)
    await sleep(1200)
    for (const id of ['meanwhile', 'lasting'])
      expect(await look(at(id))).toMatchObject({ width: 320, colour: 'blue', plan: 'transcode' })
  })
})
