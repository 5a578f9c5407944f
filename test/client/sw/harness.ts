import { writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { expect } from 'vitest'
import type { Holding } from '../../../src/client/sw.ts'
import { inFolder, largestDifference, rawPixels } from '../e2e/pixels.ts'
import type { Stage } from '../e2e/stage.ts'
import type { Site } from './site.ts'

/** Opens an empty page of the site that the ready service worker controls. */
export async function openControlled(
  stage: Stage,
  site: Site,
  query = 'base=/cdn&prefer=bytes',
): Promise<void> {
  stage.pages.set('/empty.html', '<!doctype html><title>Test</title><body></body>')
  await stage.tab.goto(`${site.url}/empty.html`)
  await stage.tab.evaluate(async (settings) => {
    await navigator.serviceWorker.register(`/service-worker.js?${settings}`)
    if (navigator.serviceWorker.controller) return
    await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done))
  }, query)
}

/** Has the worker hold pictures, and waits until it can decode them. */
export async function hold(stage: Stage, ...addresses: string[]): Promise<Holding> {
  return await stage.tab.evaluate(async (list) => {
    const { port1, port2 } = new MessageChannel()
    navigator.serviceWorker.controller!.postMessage({ type: 'strata-hold', addresses: list }, [port2])
    return await new Promise<Holding>((done) => {
      port1.onmessage = ({ data }) => done(data)
    })
  }, addresses)
}

export interface Shown {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** Shows an `<img>` of this address, below /cdn/img/. @returns its pixels; undefined where it does not load */
export async function show(stage: Stage, address: string): Promise<Shown | undefined> {
  const shown = await stage.tab.evaluate(async (src) => {
    const img = Object.assign(new Image(), { src: `/cdn/img/${src}` })
    // A page's library leaves it alone.
    img.dataset.strata = 'off'
    document.body.append(img)
    try {
      await img.decode()
    } catch {
      return undefined
    }
    const { naturalWidth: width, naturalHeight: height } = img
    const context = new OffscreenCanvas(width, height).getContext('2d')!
    context.drawImage(img, 0, 0)
    const { data } = context.getImageData(0, 0, width, height)
    let text = ''
    for (let i = 0; i < data.length; i++) if (i % 4 < 3) text += String.fromCharCode(data[i]!)
    return { width, height, text: btoa(text) }
  }, address)
  return shown && { ...shown, data: new Uint8Array(Buffer.from(shown.text, 'base64')) }
}

/** What `strata decode` writes of a layer of `hills`. */
export async function decoded(stage: Stage, layer: number): Promise<Uint8Array> {
  let pixels = new Uint8Array()
  await inFolder(async (path) => {
    const file = await (await fetch(`${stage.cdn}/img/hills?f=native`)).arrayBuffer()
    await writeFile(path('a.strata'), new Uint8Array(file))
    await stage.strata('decode', path('a.strata'), '--layer', String(layer), '-o', path('a.png'))
    pixels = new Uint8Array(await rawPixels(path('a.png')))
  })
  return pixels
}

export function expectSame(shown: Shown | undefined, pixels: Uint8Array): void {
  expect(largestDifference(shown?.data ?? new Uint8Array(), pixels)).toBeLessThanOrEqual(1)
}

/** Pixels of a screenshot of an element. */
export async function photograph(stage: Stage, selector: string): Promise<Uint8Array> {
  let pixels = new Uint8Array()
  await inFolder(async (path) => {
    await stage.tab.locator(selector).screenshot({ path: path('shot.png') })
    pixels = new Uint8Array(await rawPixels(path('shot.png')))
  })
  return pixels
}

let last = 0
/** A number that was not given before, so that no cache of the browser can answer. */
export function next(): number {
  return ++last
}

/** A picture of one colour. */
export async function solid(background: string): Promise<Uint8Array> {
  const create = { width: 640, height: 427, channels: 3, background } as const
  return await sharp({ create }).png().toBuffer()
}

/** The strongest colour of the first pixel. */
export function channelOf(shown: Shown | undefined): string | undefined {
  const [red = 0, , blue = 0] = shown?.data ?? []
  return shown && (red > blue ? 'red' : 'blue')
}
