import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { hills, paint } from '../../../src/bench/pictures/hills.ts'
import type { Restoration } from '../../../src/client/restore.ts'
import type { HeaderDescription } from '../../../src/format/describe.ts'
import { CHROMIUM, hasChromium } from '../../exactness/chromium.ts'
import { launch, page } from './browser.ts'
import { type Pages, type Started, startPages, startServers, upload } from './servers.ts'

const [WIDTH, HEIGHT] = [1280, 853]

/** Edge and origin with one picture, `hills` of 1280 x 853 in three layers, a server of pages beside them, and a browser. */
export class Stage {
  servers!: Started & { readonly program: string }
  pages!: Pages
  browser!: Browser
  /** Base URL of the edge's routes. */
  cdn = ''
  layers: HeaderDescription['layers'] = []
  context!: BrowserContext
  tab!: Page

  async start(): Promise<void> {
    ;[this.servers, this.pages, this.browser] = await Promise.all([startServers(), startPages(), launch()])
    this.cdn = `${this.servers.url}cdn`
    const picture = paint(WIDTH, HEIGHT, hills(WIDTH, HEIGHT))
    const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const
    await upload(this.cdn, 'hills', await sharp(picture.data, { raw }).png().toBuffer(), '320,640,1280')
    this.layers = ((await (await fetch(`${this.cdn}/img/hills.json`)).json()) as HeaderDescription).layers
  }

  async stop(): Promise<void> {
    await this.browser?.close()
    await this.pages?.stop()
    await this.servers?.stop()
  }

  /** A tab with a profile of its own: nothing is cached. */
  async renew(options: BrowserContextOptions = { viewport: { width: 1400, height: 1000 } }): Promise<void> {
    await this.context?.close()
    this.context = await this.browser.newContext(options)
    this.tab = await this.context.newPage()
  }

  /** An image of `hills` as a page writes it. */
  img(attributes = '', id = 'a'): string {
    const address = `${this.cdn}/img/hills`
    return `<img id="${id}" src="${address}?w=320" srcset="${address}?w=320 320w, ${address}?w=640 640w"
      sizes="320px" width="320" height="213" alt="Hills" ${attributes}>`
  }

  /** A page with this body; `script` may use what the library exports as `strata`. */
  async open(body: string, script: string, head = '', headers = {}): Promise<void> {
    this.pages.set('/page.html', page(body, script, head), headers)
    await this.tab.goto(`${this.pages.url}/page.html`)
  }

  /** Runs the program on the command line. */
  async strata(...argv: string[]): Promise<void> {
    await promisify(execFile)(process.execPath, [this.servers.program, ...argv])
  }

  /** Restores image `a` on the page. */
  async restore(): Promise<Omit<Restoration, 'undo'>> {
    return await this.tab.evaluate(async () => {
      const { strata } = window as unknown as { strata: typeof import('../../../src/client/index.ts') }
      return await strata.restore(document.getElementById('a') as HTMLImageElement)
    })
  }

  async source(): Promise<string | null | undefined> {
    return await this.tab.evaluate(() => document.getElementById('a')?.getAttribute('src'))
  }

  async resize(width: number): Promise<void> {
    await this.tab.evaluate((px) => {
      const { style } = document.getElementById('a') as HTMLElement
      Object.assign(style, { width: `${px}px`, height: 'auto' })
    }, width)
  }
}

/** Tests that need a stage, each in a profile of its own. Skipped without a browser, except in CI. */
export function describeOnStage(name: string, tests: (stage: Stage) => void): void {
  const isSkipped = !hasChromium && !process.env.CI
  describe.skipIf(isSkipped)(`${name} (${CHROMIUM})`, { timeout: 180_000 }, () => {
    const stage = new Stage()
    beforeAll(() => stage.start(), 240_000)
    beforeEach(() => stage.renew())
    afterEach(() => stage.context?.close())
    afterAll(() => stage.stop(), 60_000)
    tests(stage)
  })
}
