import { imageAttributes } from '../index.ts'
import { fetchSamples, fetchState, folderUrl, type Info, imageUrl, remove, upload } from './api.ts'
import { byId, element, kilobytes, pause } from './dom.ts'

/** Interval at which the page looks for images that others have stored. */
const LOOK_MS = 3000

/** Number of times that the picture of a file is requested again. */
const RELOADS = 5

/** The row of pictures: one tile per image, and a drop zone for new ones. */
export class Gallery {
  readonly #onOpen: (id: string, info: Info) => void
  readonly #tiles = new Map<string, HTMLLIElement>()
  readonly #dropZone: HTMLLIElement
  #isAnyOpen = false

  /** @param onOpen called when a picture is chosen, and with the first one that is ready */
  constructor(onOpen: (id: string, info: Info) => void) {
    this.#onOpen = onOpen
    this.#dropZone = createDropZone((file) => void this.#upload(file))
    byId('gallery').append(this.#dropZone)
  }

  /** Shows the stored images, and in development also those that are stored later. */
  async follow(): Promise<void> {
    for (;;) {
      const { samples = [], paths = [], live } = await fetchSamples()
      for (const id of samples) void this.#add(id)
      for (const path of paths) this.#addFile(path)
      if (this.#tiles.size === 0)
        say(live ? 'Nothing is stored yet. Pictures come in a moment, or drop one.' : '')
      else if (byId('status').textContent?.startsWith('Nothing')) say('')
      if (!live) return
      await pause(LOOK_MS)
    }
  }

  async #upload(file: File): Promise<void> {
    if (file.type !== '' && !file.type.startsWith('image/')) {
      say(`${file.name} was not uploaded: it is ${file.type}, no picture.`)
      return
    }
    const name =
      file.name
        .replace(/\.[^.]*$/, '')
        .replace(/[^\w-]+/g, '-')
        .slice(0, 80) || 'picture'
    const id = `${name}-${Date.now().toString(36)}`
    say(`Uploading ${file.name}…`)
    const refusal = await upload(id, file).catch((error) => String(error))
    say(refusal ? `${file.name} was not taken: ${refusal}` : `${file.name} is uploaded.`)
    if (!refusal) await this.#add(id)
  }

  async #add(id: string): Promise<void> {
    if (this.#tiles.has(id)) return
    const tile = element('li', { className: 'tile' })
    this.#tiles.set(id, tile)
    this.#dropZone.before(tile)
    const info = await this.#untilReady(id, tile)
    if (!info) return
    const { width, height } = info.source
    const picture = element('img', {
      ...imageAttributes({
        src: imageUrl(id),
        width: 320,
        height: Math.round((320 * height) / width),
        sourceWidth: width,
      }),
      sizes: '200px',
      alt: '',
      loading: 'lazy',
    })
    const button = element(
      'button',
      { type: 'button', ariaPressed: 'false' },
      picture,
      element('span', {}, id, element('small', {}, `${kilobytes(info.bytes)} for every size`)),
    )
    const open = () => {
      for (const other of document.querySelectorAll('#gallery button'))
        other.ariaPressed = String(other === button)
      this.#onOpen(id, info)
    }
    button.addEventListener('click', open)
    tile.replaceChildren(button)
    if (this.#isAnyOpen) return
    this.#isAnyOpen = true
    open()
  }

  /**
   * Adds a picture of a folder, which the browser requests when it comes into view. A click opens its layers as soon as
   * it is encoded.
   */
  #addFile(path: string): void {
    if (this.#tiles.has(path)) return
    const address = folderUrl(path)
    const label = element('small')
    const picture = element('img', { loading: 'lazy', alt: '', src: `${address}?w=320` })
    picture.dataset.strata = 'off'
    const button = element(
      'button',
      { type: 'button', ariaPressed: 'false', title: path },
      picture,
      element('span', {}, path, label),
    )
    const tile = element('li', { className: 'tile' }, button)
    this.#tiles.set(path, tile)
    this.#dropZone.before(tile)
    let tries = 0
    picture.addEventListener('error', async () => {
      // The origin may be busy with other pictures.
      if (++tries > RELOADS) label.textContent = 'it cannot be shown'
      else {
        await pause(LOOK_MS)
        picture.src = `${address}?w=320`
      }
    })
    const open = async () => {
      this.#isAnyOpen = true
      for (const other of document.querySelectorAll('#gallery button'))
        other.ariaPressed = String(other === button)
      const info = await untilEncoded(address, (text) => {
        label.textContent = text
      })
      // Another tile may have been chosen meanwhile.
      if (info?.id !== undefined && button.ariaPressed === 'true') this.#onOpen(info.id, info)
    }
    button.addEventListener('click', () => void open())
    if (!this.#isAnyOpen)
      picture.addEventListener('load', () => this.#isAnyOpen || void open(), { once: true })
  }

  /**
   * Shows the origin's render while the picture is being encoded, and the progress of the encoding.
   * @returns undefined when it failed
   */
  async #untilReady(id: string, tile: HTMLElement): Promise<Info | undefined> {
    const started = performance.now()
    const bar = element('progress', { ariaLabel: `${id} is being encoded` })
    const label = element('span', {}, id)
    let progress = 'queued'
    const tell = () => {
      label.textContent = `${id}: ${progress}, ${Math.round((performance.now() - started) / 1000)} s`
    }
    const clock = setInterval(tell, 1000)
    try {
      for (;;) {
        const state = await fetchState(imageUrl(id))
        if (state.kind === 'ready') return state.info
        if (state.kind === 'failed') {
          this.#fail(id, tile, state.message)
          return undefined
        }
        const { attempt, error } = state.progress
        progress = attempt > 1 ? `${state.progress.state}, attempt ${attempt}` : state.progress.state
        if (error) progress += ` after "${error.message}"`
        if (!bar.isConnected) tile.replaceChildren(bar, label)
        if (tile.querySelector('img') === null) tile.prepend(earlyPicture(id))
        tell()
        await pause(1000 * state.retryAfter)
      }
    } catch (error) {
      this.#fail(id, tile, String(error))
      return undefined
    } finally {
      clearInterval(clock)
    }
  }

  /** Shows the error; the button deletes the image. */
  #fail(id: string, tile: HTMLElement, message: string): void {
    const button = element('button', { type: 'button', className: 'dismiss' }, 'Dismiss')
    button.addEventListener('click', async () => {
      tile.remove()
      await remove(id)
      this.#tiles.delete(id)
    })
    tile.classList.add('failed')
    tile.replaceChildren(element('strong', {}, id), element('p', {}, message), button)
  }
}

/** The picture that the origin renders before it is encoded. The element is removed when that fails. */
function earlyPicture(id: string): HTMLImageElement {
  const picture = element('img', { src: `${imageUrl(id)}?w=320`, alt: '' })
  picture.dataset.strata = 'off'
  picture.addEventListener('error', () => picture.remove())
  return picture
}

/** @param tell called with the progress of the encoding @returns undefined when it failed */
async function untilEncoded(address: string, tell: (text: string) => void): Promise<Info | undefined> {
  for (;;) {
    const state = await fetchState(address)
    if (state.kind === 'ready') {
      tell(`${kilobytes(state.info.bytes)} for every size`)
      return state.info
    }
    if (state.kind === 'failed') {
      tell(state.message)
      return undefined
    }
    tell(`${state.progress.state}…`)
    await pause(1000 * state.retryAfter)
  }
}

function createDropZone(onFile: (file: File) => void): HTMLLIElement {
  const input = element('input', { type: 'file', accept: 'image/*' })
  const zone = element('label', { className: 'drop' }, 'Drop a picture here, or choose one', input)
  input.addEventListener('change', () => {
    const [file] = input.files ?? []
    if (file) onFile(file)
    input.value = ''
  })
  for (const type of ['dragover', 'dragleave', 'drop'] as const) {
    zone.addEventListener(type, (event) => {
      event.preventDefault()
      zone.classList.toggle('over', type === 'dragover')
      const [file] = event.dataTransfer?.files ?? []
      if (type === 'drop' && file) onFile(file)
    })
  }
  return element('li', {}, zone)
}

function say(text: string): void {
  byId('status').textContent = text
}
