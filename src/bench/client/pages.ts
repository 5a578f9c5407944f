import type { StoredPicture } from './pictures.ts'

/** Events that the page records, in milliseconds since the navigation. */
export interface PageNotes {
  /** Times at which placeholders and pictures appeared, in order. */
  readonly placeholders: number[]
  readonly finals: number[]
  /** Tasks of the main thread of more than 50 ms. */
  readonly longTasks: number[]
  readonly failed: string[]
}

/** The page's function that doubles all pictures. A picture is final only when it has arrived in its new size. */
export type Grow = () => void

/** Message on the page's console when all pictures are final or one has failed. */
export const SETTLED = 'settled'

const COLUMNS = 4

/** @param width of each picture, in CSS pixels */
function page(width: number, main: string, script: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pictures</title><style>
body { margin: 0 } main { display: grid; grid-template-columns: repeat(${COLUMNS}, max-content) }
</style><script>
  var notes = { placeholders: [], finals: [], longTasks: [], failed: [] }
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) notes.longTasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  const note = (list, value) => {
    notes[list].push(value)
    if (notes.failed.length === 1 || notes.finals.length === document.images.length) console.info('${SETTLED}')
  }
  const fit = (factor) => {
    for (const img of document.images) {
      img.width = ${width} * factor
      img.height = Math.round(${width} * factor * img.dataset.ratio)
      if (img.srcset) img.sizes = img.width + 'px'
    }
  }
  var grow = () => { notes.finals = []; fit(2) }
</script></head><body>${script}<main>${main}</main></body></html>`
}

/**
 * A page with plain srcset candidates. An image is \`complete\` while its next candidate loads, so the page uses \`load\`.
 */
export function avifPage(pictures: readonly StoredPicture[], width: number): string {
  const markup = pictures.map(({ id, avif, ...size }) => {
    const candidates = [...avif.keys()].map((step) => `/avif/${id}-${step}.avif ${step}w`).join(', ')
    const first = `/avif/${id}-${[...avif.keys()][0]}.avif`
    return img(size, width, `src="${first}" srcset="${candidates}" sizes="${width}px"`)
  })
  const script = `<script>
  document.addEventListener('load', ({ target }) => {
    if (target instanceof HTMLImageElement) note('finals', performance.now())
  }, true)
  document.addEventListener('error', ({ target }) => note('failed', target.currentSrc), true)
</script>`
  return page(width, markup.join(''), script)
}

/** A page whose script inserts lazy images once the library watches, as frameworks do, so that no JPEG is requested too. */
export function strataPage(
  pictures: readonly StoredPicture[],
  versions: ReadonlyMap<string, string>,
  width: number,
): string {
  const markup = pictures.map(({ id, placeholder, ...size }) => {
    const kept = placeholder ? ` data-placeholder="${placeholder}"` : ''
    return img(size, width, `src="/cdn/img/${id}@${versions.get(id)}?w=${width}" loading="lazy"${kept}`)
  })
  const script = `<script type="module">
  import { enhance } from '/client/index.js'
  document.addEventListener('strata', ({ detail }) => {
    if (detail.type === 'failed') note('failed', detail.code + ' ' + detail.message)
    if (detail.type === 'placeholder') note('placeholders', performance.now())
    if (detail.type === 'painted') note('finals', performance.now())
  })
  enhance()
  document.querySelector('main').innerHTML = ${JSON.stringify(markup.join(''))}
</script>`
  return page(width, '', script)
}

function img(size: Pick<StoredPicture, 'width' | 'height'>, width: number, attributes: string): string {
  const ratio = size.height / size.width
  return `<img ${attributes} width="${width}" height="${Math.round(width * ratio)}" data-ratio="${ratio}" alt="">`
}
