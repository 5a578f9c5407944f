import { type Comparisons, fetchComparisons, type Info } from './api.ts'
import { byId, element, kilobytes, pause } from './dom.ts'

const LOOK_MS = 4000
/** As they were last seen. */
let comparisons: Comparisons = { measuring: false, images: {} }
/** Number of the latest call; earlier calls end. */
let turn = 0

/**
 * Shows the bytes of the current layer beside files of other codecs that look as good, and the bytes of all layers that
 * were shown beside one file for each of them. Updates while `strata start` measures, until that ends or another call
 * comes.
 * @param painted indexes of the layers that were shown
 */
export async function showRivals(id: string, info: Info, painted: ReadonlySet<number>): Promise<void> {
  const mine = ++turn
  do {
    paint(id, info, painted)
    comparisons = await fetchComparisons()
    if (mine !== turn) return
    paint(id, info, painted)
    await pause(LOOK_MS)
  } while (mine === turn && comparisons.measuring)
}

function paint(id: string, info: Info, painted: ReadonlySet<number>): void {
  const shown = [...painted].sort((a, b) => a - b)
  const top = shown.at(-1) ?? 0
  const { width, end } = info.layers[top]!
  const found = comparisons.images[id]
  const measured = found?.etag === info.etag ? found.layers : []
  const here = measured[top]
  const rows: [name: string, bytes: number | null | undefined][] = [[`Strata, ${width} px`, end]]
  if (here || comparisons.measuring) {
    rows.push(['AVIF of the same look', here?.avif], ['WebP of the same look', here?.webp])
  }
  const longest = Math.max(...rows.map(([, bytes]) => bytes ?? 0))
  byId('rivals').replaceChildren(
    ...rows.flatMap(([name, bytes]) => {
      const text =
        bytes === undefined ? 'measuring…' : bytes === null ? 'never looks as good' : kilobytes(bytes)
      const bar = element('meter', { max: longest, value: bytes ?? 0, ariaLabel: name })
      return [element('dt', {}, name), element('dd', {}, bar, element('span', {}, text))]
    }),
  )
  byId('saved').replaceChildren(
    ...ladder(
      shown,
      end,
      measured.map(({ avif }) => avif),
    ),
  )
}

/** Compares one file for all sizes with an AVIF for each size. */
function ladder(
  shown: readonly number[],
  bytes: number,
  avif: readonly (number | null)[],
): (Node | string)[] {
  if (shown.length < 2) return []
  const hold = `${kilobytes(bytes)} of one file hold the ${shown.length} sizes that were shown`
  const others = shown.map((layer) => avif[layer])
  if (!others.every((each) => typeof each === 'number')) return [`${hold}.`]
  const total = others.reduce((sum, each) => sum + each, 0)
  const difference = `${kilobytes(Math.abs(total - bytes))} ${total >= bytes ? 'less' : 'more'}`
  return [`${hold}; an AVIF for each takes ${kilobytes(total)}: `, element('strong', {}, difference), '.']
}
