import { enhance, restore } from '../index.ts'
import { fetchState, type Info, imageUrl } from './api.ts'
import { byId, element, kilobytes } from './dom.ts'
import { fetchReceived } from './received.ts'
import { THUMBNAIL, thumbnailUrl } from './viewer.ts'

/** Device pixels per pixel of a picture in a view, so that differences are visible. */
const ZOOM = 2.5

interface View {
  readonly figure: HTMLElement
  readonly img: HTMLImageElement
  /** Describes format, bytes and plan of what is shown. */
  readonly facts: HTMLElement
}

let stopLast = () => {}

/**
 * Shows the same enlarged part of a picture delivered in three ways: as layers, as a plain picture, and as a restored
 * JPEG.
 */
export async function showViews(id: string, info: Info): Promise<void> {
  stopLast()
  const layers = createView(id, info, 'The first layers of the file, decoded here')
  const plain = createView(id, info, 'The plain picture, for everyone')
  const hidden = createView(id, info, 'A JPEG that hides twice its size, restored here')
  const views = [layers, plain, hidden]
  for (const { img } of [plain, hidden]) img.dataset.strata = 'off'
  byId('sides').replaceChildren(...views.map(({ figure }) => figure))
  const stopScrolling = scrollTogether(
    views.map(({ figure }) => figure.querySelector('.crop') as HTMLElement),
  )
  const native = `${imageUrl(id)}?f=native&w=${THUMBNAIL}`
  layers.img.src = `${imageUrl(id)}?w=${THUMBNAIL}`
  layers.img.addEventListener('strata', ({ detail }) => {
    if (detail.type === 'painted') void describe(layers, `${detail.width} × ${detail.height}`, native)
  })
  const enhancement = enhance(layers.figure, { replace: 'always' })
  stopLast = () => {
    stopScrolling()
    enhancement.stop()
  }
  plain.img.src = `${imageUrl(id)}?w=${THUMBNAIL}`
  hidden.img.src = thumbnailUrl(id)
  await Promise.all([plain.img, hidden.img].map((img) => img.decode().catch(() => undefined)))
  void describe(plain, `${plain.img.naturalWidth} × ${plain.img.naturalHeight}`, plain.img.src).then(() =>
    tellPromoted(plain, id),
  )
  try {
    const { width, height, note } = await restore(hidden.img)
    const from = `${width} × ${height} from ${hidden.img.naturalWidth} px${note ? ` (${note})` : ''}`
    void describe(hidden, from, hidden.img.src)
  } catch (error) {
    hidden.facts.textContent = `It cannot be restored: ${(error as Error).message}`
  }
}

function createView(id: string, info: Info, caption: string): View {
  const { width, height } = info.source
  const img = element('img', { width, height, alt: `${id}, a part: ${caption}` })
  const facts = element('span', { className: 'facts' }, 'loading…')
  // The library chooses a layer by the layout size, which a transform does not change.
  const enlarged = element('div', { className: 'enlarged' }, img)
  Object.assign(enlarged.style, { width: `${THUMBNAIL / devicePixelRatio}px`, transform: `scale(${ZOOM})` })
  const crop = element('div', { className: 'crop', tabIndex: 0 }, enlarged)
  const figure = element('figure', {}, crop, element('figcaption', {}, element('b', {}, caption), facts))
  return { figure, img, facts }
}

/** Describes a view: format, bytes, pixels, and the plan of the edge. */
async function describe({ facts }: View, shown: string, address: string): Promise<void> {
  const { format, bytes, plan } = await fetchReceived(address)
  facts.replaceChildren(
    `${format}, ${kilobytes(bytes)}, ${shown} `,
    element('code', {}, `Strata-Plan: ${plan}`),
  )
}

/** Adds how many variants of the file are kept, and how many of them were promoted. */
async function tellPromoted({ facts }: View, id: string): Promise<void> {
  const state = await fetchState(imageUrl(id))
  const pictures = state.kind === 'ready' ? state.info.pictures : undefined
  if (pictures === undefined) return
  const { kept, promoted } = pictures
  const better = promoted === undefined ? '' : `, ${promoted} promoted`
  facts.append(`${kept} plain ${kept === 1 ? 'picture' : 'pictures'} kept${better}`)
}

/** Keeps the scroll positions of all boxes equal. @returns a function that ends it */
function scrollTogether(boxes: readonly HTMLElement[]): () => void {
  const control = new AbortController()
  const { signal } = control
  const show = (left: number, top: number) => {
    for (const box of boxes) box.scrollTo(left, top)
  }
  for (const box of boxes) {
    box.addEventListener('scroll', () => show(box.scrollLeft, box.scrollTop), { signal })
    box.addEventListener(
      'pointermove',
      (event) => {
        const { left, top, width, height } = box.getBoundingClientRect()
        const [x, y] = [(event.clientX - left) / width, (event.clientY - top) / height]
        show(x * (box.scrollWidth - box.clientWidth), y * (box.scrollHeight - box.clientHeight))
      },
      { signal },
    )
  }
  requestAnimationFrame(() => {
    const [box] = boxes
    if (box) show((box.scrollWidth - box.clientWidth) / 2, (box.scrollHeight - box.clientHeight) / 2)
  })
  return () => control.abort()
}
