import { readFile } from 'node:fs/promises'
import { type Browser, chromium, type Page, type Request } from 'playwright-core'
import type { StrataDetail } from '../../../src/client/index.ts'
import { CHROMIUM } from '../../exactness/chromium.ts'

/** What a page notes down; see `page`. */
interface Notes {
  readonly events: { readonly id: string; readonly detail: StrataDetail; readonly background: string }[]
  shift: number
}

declare global {
  var notes: Notes
}

export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--js-flags=--expose-gc'],
  })
}

/** A page with this body that uses the library; `script` may use all that it exports. */
export function page(body: string, script: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title>${head}
<script>
  window.notes = { events: [], shift: 0 }
  document.addEventListener('strata', ({ target, detail }) => {
    notes.events.push({ id: target.id, detail, background: getComputedStyle(target).backgroundImage })
  })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) notes.shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
</script>
<script type="module">
  import * as strata from '/index.js'
  Object.assign(window, { strata })
  ${script}
</script></head><body>${body}</body></html>`
}

/** The n-th event of a type (from 0), once it came. @throws when another image failed or nothing comes */
export async function event<T extends StrataDetail['type']>(
  page: Page,
  type: T,
  n = 0,
): Promise<Extract<StrataDetail, { type: T }>> {
  const found = await page.waitForFunction(
    ([wanted, index]) => notes.events.filter(({ detail }) => detail.type === wanted)[index as number]?.detail,
    [type, n] as const,
    { timeout: 60_000 },
  )
  return (await found.jsonValue()) as Extract<StrataDetail, { type: T }>
}

export interface Transferred {
  readonly address: string
  readonly status: number
  readonly range: string | undefined
  readonly ifRange: string | undefined
  /** Bytes of the body. */
  readonly bytes: number
}

/** Notes down all native requests of a page, as the network saw them. */
export function watchNative(page: Page): { done(): Promise<Transferred[]> } {
  const seen: Promise<Transferred>[] = []
  const note = async (request: Request): Promise<Transferred> => {
    const headers = await request.allHeaders()
    const response = await request.response()
    // An answer without a body is never reported as finished.
    const responseBodySize = response?.status() === 304 ? 0 : (await request.sizes()).responseBodySize
    return {
      address: request.url(),
      status: response?.status() ?? 0,
      range: headers.range,
      ifRange: headers['if-range'],
      bytes: responseBodySize,
    }
  }
  page.context().on('request', (request) => {
    if (request.url().includes('f=native')) seen.push(note(request))
  })
  return {
    async done() {
      // An answer's event may come after what it led to.
      await page.waitForTimeout(300)
      return await Promise.all(seen)
    },
  }
}

/** RGB of what the canvas over an image holds. */
export async function canvasPixels(page: Page, id: string): Promise<{ width: number; data: Uint8Array }> {
  const { width, text } = await page.evaluate((imageId) => {
    const canvas = document.getElementById(imageId)?.nextElementSibling as HTMLCanvasElement
    const { width, height } = canvas
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height)
    let text = ''
    for (let i = 0; i < data.length; i++) if (i % 4 < 3) text += String.fromCharCode(data[i]!)
    return { width, text: btoa(text) }
  }, id)
  return { width, data: new Uint8Array(Buffer.from(text, 'base64')) }
}

/** Memory of a process that belongs to it alone, in bytes. */
export async function privateMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return 1024 * Number(/RssAnon:\s+(\d+)/.exec(status)?.[1])
}
