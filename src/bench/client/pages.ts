import type { StoredPicture } from './pictures.ts'

/** Records of a page. Times are in milliseconds since the navigation. */
export interface PageNotes {
  /** Times at which pictures arrived in the current size, in order. */
  readonly finals: number[]
  /** Durations of tasks of the main thread of more than 50 ms. */
  readonly longTasks: number[]
  /** Sum of layout shifts (Cumulative Layout Shift without its windows). */
  shift: number
  /** Errors of images, and those that the library reported for layers. */
  readonly failed: string[]
  /** Number of pictures that were painted from layers. */
  painted: number
}

/**
 * The page's function that doubles the size of all pictures. A picture is final only when it has arrived in its new
 * size.
 */
export type Grow = () => void

/** Message on the page's console when all pictures are final. */
export const SETTLED = 'settled'

const COLUMNS = 4

/** Address of a picture's file of one width. */
type AddressOf = (picture: StoredPicture, step: number) => string

/**
 * A page of plain pictures with `srcset`, in markup.
 * @param width of each picture, in CSS pixels
 * @param count number of pictures on the page; above the number of pictures, they repeat under other addresses
 * @param script markup that follows the pictures
 */
function page(
  pictures: readonly StoredPicture[],
  { width, count, addressOf, script }: PageOptions & { addressOf: AddressOf; script: string },
): string {
  const markup = Array.from({ length: count }, (_, i) => {
    const picture = pictures[i % pictures.length]!
    const steps = [...picture.avif.keys()]
    const turn = Math.floor(i / pictures.length)
    const address = (step: number) => {
      const plain = addressOf(picture, step)
      return turn === 0 ? plain : `${plain}${plain.includes('?') ? '&' : '?'}n=${turn}`
    }
    const ratio = picture.height / picture.width
    return `<img src="${address(steps[0]!)}" srcset="${steps.map((step) => `${address(step)} ${step}w`).join(', ')}"
      sizes="${width}px" width="${width}" height="${Math.round(width * ratio)}" data-ratio="${ratio}" data-steps="${steps}" alt="">`
  })
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pictures</title><style>
body { margin: 0 } main { display: grid; grid-template-columns: repeat(${COLUMNS}, max-content) }
</style><script>
  var notes = { finals: [], longTasks: [], shift: 0, failed: [], painted: 0 }
  const observe = (type, note) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true })
  observe('longtask', ({ duration }) => notes.longTasks.push(duration))
  observe('layout-shift', ({ value }) => { notes.shift += value })
  const final = new Set()
  const shown = (img, width) => {
    const steps = img.dataset.steps.split(',').map(Number)
    const wanted = steps.find((step) => step >= img.width) ?? steps.at(-1)
    if (width < wanted || final.has(img)) return
    final.add(img)
    notes.finals.push(performance.now())
    if (final.size === ${count}) console.info('${SETTLED}')
  }
  document.addEventListener('load', ({ target }) => {
    if (target.localName === 'img') shown(target, Number(/[-=](\\d+)(\\.avif)?([?&]n=.*)?$/.exec(target.currentSrc)?.[1]))
  }, true)
  document.addEventListener('error', ({ target }) => notes.failed.push(target.currentSrc), true)
  document.addEventListener('strata', ({ target, detail }) => {
    if (detail.type === 'failed') notes.failed.push(detail.code + ' ' + detail.message)
    if (detail.type !== 'painted') return
    notes.painted++
    shown(target, detail.width)
  })
  var grow = () => {
    notes.finals = []
    final.clear()
    for (const img of document.images) {
      img.width = ${width} * 2
      img.height = Math.round(${width} * 2 * img.dataset.ratio)
      img.sizes = img.width + 'px'
    }
  }
</script></head><body><main>${markup.join('')}</main>${script}</body></html>`
}

export interface PageOptions {
  readonly width: number
  readonly count: number
}

/** The browser alone. */
export function avifPage(pictures: readonly StoredPicture[], options: PageOptions): string {
  const addressOf: AddressOf = ({ id }, step) => `/avif/${id}-${step}.avif`
  return page(pictures, { ...options, addressOf, script: '<script>var enhancement = null</script>' })
}

/** The same markup with the library. */
export function strataPage(
  pictures: readonly StoredPicture[],
  versions: ReadonlyMap<string, string>,
  options: PageOptions,
): string {
  const script = `<script type="module">
  import { enhance } from '/client/index.js'
  window.enhancement = enhance()
</script>`
  return page(pictures, { ...options, addressOf: plainAddress(versions), script })
}

/** @param versions hash of each picture's file, by id */
export function plainAddress(versions: ReadonlyMap<string, string>): AddressOf {
  return ({ id }, step) => `/cdn/img/${id}@${versions.get(id)}?w=${step}`
}
