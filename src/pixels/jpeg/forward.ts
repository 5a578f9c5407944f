import { BitWriter } from './bit-writer.ts'
import { convertLine, samplePlanes } from './colour.ts'
import { quantizeBlock, reciprocals } from './dct.ts'
import { Tokenizer } from './tokens.ts'
import type { JpegForward, JpegKernel, JpegLayout, JpegTables } from './types.ts'

/** The JPEG kernel in TypeScript: the reference that every other kernel must equal. */
export const jpegKernel: JpegKernel = { name: 'jpeg-ts', forward, bitWriter: () => new BitWriter() }

function forward(layout: JpegLayout, tables: JpegTables): JpegForward {
  const { mcusAcross, mcuSize, blocksPerMcu, lumaBlocks } = layout
  const planes = samplePlanes(layout)
  const [luma, chroma] = [reciprocals(tables[0]), reciprocals(tables[1])]
  const coefficients = new Int16Array(mcusAcross * blocksPerMcu * 64)
  const tokenizer = new Tokenizer(layout)

  function transform(rgb: Uint8Array, rows: number): Int16Array {
    convertLine(rgb, rows, layout, planes)
    const { y, cb, cr, yStride, cStride } = planes
    let out = 0
    for (let mcu = 0; mcu < mcusAcross; mcu++) {
      for (let block = 0; block < lumaBlocks; block++, out += 64) {
        const at = (block >> 1) * 8 * yStride + mcu * mcuSize + (block & 1) * 8
        quantizeBlock(y, at, yStride, luma, coefficients, out)
      }
      quantizeBlock(cb, mcu * 8, cStride, chroma, coefficients, out)
      quantizeBlock(cr, mcu * 8, cStride, chroma, coefficients, out + 64)
      out += 128
    }
    return coefficients
  }

  return { transform, tokenize: (line) => tokenizer.tokenize(line) }
}
