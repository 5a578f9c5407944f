import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { expect } from 'vitest'
import { hills, paint } from '../../../src/bench/pictures/hills.ts'
import type { StrataDetail } from '../../../src/client/index.ts'
import type { HeaderDescription } from '../../../src/format/describe.ts'
import { photo } from '../../pictures.ts'
import { page } from '../e2e/browser.ts'
import { rawPixels } from '../e2e/pixels.ts'
import { type Pages, type Started, startPages, startServers, upload } from '../e2e/servers.ts'
import { call, type Engine, type Tab } from './engine.ts'
import { type Recorder, startRecorder } from './recorder.ts'

const [WIDTH, HEIGHT] = [1280, 853]
export const PATIENCE = { timeout: 90_000, interval: 100 }

/** Edge and origin with one picture, `hills` of 1280 x 853 in three layers, for one engine after the other. */
export class Stage {
  servers!: Started & { readonly program: string }
  pages!: Pages
  recorder!: Recorder
  engine!: Engine
  tab!: Tab
  /** Base URL of the edge's routes, as pages see it. */
  cdn = ''
  layers: HeaderDescription['layers'] = []
  #folder = ''
  #opened = 0
  readonly #made = new Map<string, Promise<Uint8Array>>()

  async start(): Promise<void> {
    ;[this.servers, this.pages] = await Promise.all([startServers(), startPages()])
    this.#folder = await mkdtemp(join(tmpdir(), 'strata-engines-'))
    this.recorder = await startRecorder(this.servers.url)
    this.cdn = `${this.recorder.url}cdn`
    const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const
    const file = await sharp(paint(WIDTH, HEIGHT, hills(WIDTH, HEIGHT)).data, { raw })
      .png()
      .toBuffer()
    await upload(this.cdn, 'hills', file, '320,640,1280')
    this.layers = ((await (await fetch(`${this.cdn}/img/hills.json`)).json()) as HeaderDescription).layers
  }

  async stop(): Promise<void> {
    await this.recorder?.stop()
    await this.pages?.stop()
    await this.servers?.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async renew(): Promise<void> {
    this.recorder.alter = undefined
    this.tab = await this.engine.open()
  }

  /** An image of `hills` as a page writes it. */
  img(widths = [320, 640], id = 'a'): string {
    const address = `${this.cdn}/img/hills`
    const srcset = widths.map((width) => `${address}?w=${width} ${width}w`)
    return `<img id="${id}" src="${address}?w=320" srcset="${srcset}" sizes="320px" width="320" height="213" alt="Hills">`
  }

  /** A page with this body; `script` may use what the library exports as `strata`. */
  async open(body: string, script: string, headers = {}): Promise<void> {
    const style = '<style>body { margin: 0 }</style>'
    // In a private window WebKit loses what is stored when a page is loaded anew, but not from one page to the next.
    const path = `/page${this.#opened++}.html`
    this.pages.set(path, page(body, script, style), headers)
    this.recorder.take()
    await this.tab.goto(`${this.pages.url}${path}`)
  }

  /** A page with an image whose plain file is kept from loading: it is written by the script that calls `enhance`. */
  async openReplaced(script = '', headers = {}): Promise<void> {
    const write = `document.querySelector('main').innerHTML = ${JSON.stringify(this.img())}`
    const enhance = "window.enhancement = strata.enhance(document, { replace: 'always' })"
    await this.open('<h1>Above</h1><main></main>', `${script}; ${write}; ${enhance}`, headers)
  }

  /** The n-th event of a type (from 0), once it came. */
  async event<T extends StrataDetail['type']>(
    type: T,
    n = 0,
  ): Promise<Extract<StrataDetail, { readonly type: T }>> {
    const events = () => call(this.tab, () => notes.events.map(({ detail }) => detail))
    const found = (all: readonly StrataDetail[]) => all.filter((detail) => detail.type === type)
    // What came instead stands in the error.
    const wanted = expect.arrayContaining([expect.objectContaining({ type })])
    const late = async () => {
      const all = await events()
      return found(all).length > n ? [{ type }] : all.filter((detail) => detail.type !== type)
    }
    await expect.poll(late, PATIENCE).toEqual(wanted)
    return found(await events())[n] as Extract<StrataDetail, { readonly type: T }>
  }

  /** Requests of layers since the page was opened. */
  native(): ReturnType<Recorder['take']> {
    return this.recorder.take().filter(({ path }) => path.includes('f=native'))
  }

  /** RGB of a layer of `hills` as the command line decodes it. */
  async decoded(layer: number): Promise<Uint8Array> {
    return await this.#once(`layer${layer}`, () => this.#decode(layer))
  }

  async #decode(layer: number): Promise<Uint8Array> {
    const [file, out] = [join(this.#folder, 'a.strata'), join(this.#folder, `layer${layer}.png`)]
    const native = await fetch(`${this.servers.url}cdn/img/hills?f=native`)
    await writeFile(file, new Uint8Array(await native.arrayBuffer()))
    await this.strata('decode', file, '--layer', String(layer), '-o', out)
    return await rawPixels(out)
  }

  /** Makes a thumbnail of a picture, puts it on the site, and gives what the command line restores from it. */
  async thumbnail(command: string, name: string, options: readonly string[]): Promise<Uint8Array> {
    return await this.#once(name, () => this.#makeThumbnail(command, name, options))
  }

  async #makeThumbnail(command: string, name: string, options: readonly string[]): Promise<Uint8Array> {
    const [source, file, out] = ['photo.png', name, `${name}.png`].map((each) => join(this.#folder, each))
    const { data, width, height } = photo(160, 108)
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(source!)
    await this.strata(command, source!, ...options, '-o', file!)
    this.pages.set(`/${name}`, await readFile(file!))
    await this.strata('restore', file!, '-o', out!)
    return await rawPixels(out!)
  }

  /** What every engine is compared with is made once. */
  async #once(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const made = this.#made.get(name) ?? make()
    this.#made.set(name, made)
    return await made
  }

  async strata(...argv: string[]): Promise<void> {
    await promisify(execFile)(process.execPath, [this.servers.program, ...argv])
  }
}
