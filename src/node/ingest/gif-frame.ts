import type { Rectangle, Size } from '../../core/box.ts'
import { dataView } from '../../core/bytes.ts'

/** Bytes of a colour table whose packed field says that there is one (GIF89a §18 and §20). */
function tableLength(packed: number): number {
  return packed & 0x80 ? 3 << ((packed & 7) + 1) : 0
}

/**
 * Where the first frame of a GIF lies on the canvas (GIF89a §20), when it does not cover all of it. What lies around is
 * transparent, as browsers show it. libvips leaves it black unless the frame itself has a transparent colour.
 */
export function partialFrame(bytes: Uint8Array, canvas: Size): Rectangle | undefined {
  const view = dataView(bytes)
  let at = 13 + tableLength(bytes[10] ?? 0)
  while (bytes[at] === 0x21) {
    at += 2 // an extension: its label, then blocks up to an empty one
    while (bytes[at]) at += bytes[at]! + 1
    at += 1
  }
  if (bytes[at] !== 0x2c || at + 9 > bytes.length) return undefined
  const field = (index: number) => view.getUint16(at + 1 + 2 * index, true)
  const [left, top] = [field(0), field(1)]
  const width = Math.min(field(2), canvas.width - left)
  const height = Math.min(field(3), canvas.height - top)
  if (width < 1 || height < 1 || (width === canvas.width && height === canvas.height)) return undefined
  return { left, top, width, height }
}
