import {
  type Enhancement,
  enhance,
  prepareRestore,
  type Restoration,
  restore,
  type StrataDetail,
} from '../index.ts'
import { type Info, imageUrl, type Layer } from './api.ts'
import { byId, element, kilobytes } from './dom.ts'

/** Width of the JPEG that is restored offline, in pixels; it hides a picture of twice that width. */
export const THUMBNAIL = 640

/** The JPEG that hides the picture of twice its size. */
export function thumbnailUrl(id: string): string {
  return `${imageUrl(id)}?w=${THUMBNAIL}&f=jpeg&ht=2`
}

/** The picture whose size the slider changes. `end` is called when another picture is opened. */
export class Viewer {
  readonly #id: string
  readonly #info: Info
  readonly #img: HTMLImageElement
  readonly #enhancement: Enhancement
  readonly #onPainted: (painted: ReadonlySet<number>) => void
  readonly #ending = new AbortController()
  /** Numbers of the layers that were painted. */
  readonly #painted = new Set<number>()
  #restoration: Restoration | undefined
  #working: ReturnType<typeof setInterval> | undefined

  /** @param onPainted called with the numbers of all layers that were painted so far */
  constructor(id: string, info: Info, onPainted: (painted: ReadonlySet<number>) => void) {
    this.#id = id
    this.#info = info
    this.#onPainted = onPainted
    const { width, height } = info.source
    const src = `${imageUrl(id)}?w=320`
    this.#img = element('img', { alt: `${id}, at the width of the slider`, width, height, src })
    this.#img.dataset.placeholder = info.placeholder.dataUri ?? ''
    this.#img.addEventListener('strata', ({ detail }) => this.#note(detail))
    byId<HTMLInputElement>('width').max = String(width)
    byId<HTMLInputElement>('offline').checked = false
    byId('stage').replaceChildren(element('div', { className: 'zoom' }, this.#img))
    byId('log').replaceChildren()
    this.#resize()
    this.#work('Requesting the first layer')
    this.#enhancement = enhance(byId('stage'), { replace: 'always' })
    const { signal } = this.#ending
    byId('width').addEventListener('input', () => this.#resize(), { signal })
    byId('offline').addEventListener('change', () => void this.#toggleNetwork(), { signal })
  }

  end(): void {
    this.#ending.abort()
    this.#rest()
    this.#restoration?.undo()
    this.#enhancement.stop()
  }

  get #isOffline(): boolean {
    return byId<HTMLInputElement>('offline').checked
  }

  get #wanted(): number {
    return Math.min(Number(byId<HTMLInputElement>('width').value), this.#info.source.width)
  }

  /** The highest layer that was painted. */
  get #best(): Layer | undefined {
    return this.#info.layers[Math.max(...this.#painted)]
  }

  /** Offline, the box keeps its size and is scaled, so that the library requests nothing. */
  #resize(): void {
    const width = this.#wanted
    byId('shown').textContent = `${width} px`
    const box = this.#img.parentElement as HTMLElement
    if (this.#isOffline) {
      box.style.transform = `scale(${width / Number.parseFloat(box.style.width)})`
      return
    }
    Object.assign(box.style, { width: `${width}px`, transform: '' })
    const best = this.#best
    const top = this.#info.layers.at(-1)!.width
    if (best && best.width < Math.min(width * devicePixelRatio, top))
      this.#work(`Requesting more than ${best.width} px`)
  }

  #note(detail: StrataDetail): void {
    if (detail.type === 'failed') {
      this.#rest()
      this.#tell(
        this.#painted.size > 0
          ? `No more came: ${detail.message}.`
          : `The plain picture is shown: ${detail.message}.`,
      )
    } else if (detail.type === 'begin') {
      addRow(detail)
      this.#work(`Decoding ${detail.width} × ${detail.height}`)
    } else if (detail.type === 'painted') {
      this.#rest()
      this.#painted.add(detail.layer)
      this.#onPainted(this.#painted)
    }
  }

  /** Shows a moving bar and the seconds until `#rest` is called. */
  #work(text: string): void {
    this.#rest()
    const started = performance.now()
    const tell = () => this.#tell(`${text}… ${((performance.now() - started) / 1000).toFixed(1)} s`)
    byId('working').hidden = false
    byId('stage').ariaBusy = 'true'
    this.#working = setInterval(tell, 100)
    tell()
  }

  #rest(): void {
    clearInterval(this.#working)
    byId('working').hidden = true
    byId('stage').ariaBusy = 'false'
    this.#tell('')
  }

  #tell(text: string): void {
    byId('doing').textContent = text
  }

  /**
   * Offline, the best picture at hand is shown: the decoded layers, or the picture that a JPEG in the browser's cache
   * hides, if that is larger.
   */
  async #toggleNetwork(): Promise<void> {
    this.#restoration?.undo()
    this.#restoration = undefined
    const best = this.#best
    if (!this.#isOffline) {
      this.#showInstead(undefined)
      this.#resize()
    } else if (best && best.width >= Math.min(2 * THUMBNAIL, this.#info.source.width)) {
      this.#tell(
        `Network off: the ${best.width} px layer is stored in this browser and stays. Zoom in: nothing is fetched.`,
      )
    } else {
      await this.#restore(best).catch((error: Error) =>
        this.#tell(`The thumbnail cannot be restored: ${error.message}.`),
      )
    }
  }

  /** Loads the thumbnail and the models, as a page would have done while it was online, and restores the thumbnail. */
  async #restore(best: Layer | undefined): Promise<void> {
    this.#work('Restoring')
    try {
      await prepareRestore()
      const thumbnail = element('img', { src: thumbnailUrl(this.#id), alt: this.#img.alt })
      thumbnail.dataset.strata = 'off'
      this.#showInstead(thumbnail)
      await thumbnail.decode()
      this.#restoration = await restore(thumbnail)
    } finally {
      this.#rest()
    }
    const { width, factor, method, note } = this.#restoration
    const compared = best ? `; the stored layer has ${best.width} px` : ''
    this.#tell(
      `Network off: a JPEG of ${width / factor} px in the browser's cache is shown at ${width} px (${method}${note ? `: ${note}` : ''})${compared}. Zoom in: nothing is fetched.`,
    )
  }

  /** Shows another image instead of the picture, or the picture again. */
  #showInstead(other: HTMLImageElement | undefined): void {
    for (const each of [...(this.#img.parentElement?.querySelectorAll('img') ?? [])])
      if (each !== this.#img) each.remove()
    this.#img.hidden = other !== undefined
    if (other) this.#img.before(other)
  }
}

function addRow({
  layer,
  width,
  height,
  fetched,
  reused,
  range,
}: Extract<StrataDetail, { type: 'begin' }>): void {
  const request = range ? `Range: ${range}` : fetched ? 'from the start' : 'none'
  const cells = [`${layer}: ${width} × ${height}`, request, kilobytes(fetched), kilobytes(reused)]
  byId('log').append(element('tr', {}, ...cells.map((text) => element('td', {}, text))))
}
