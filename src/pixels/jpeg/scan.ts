import { concat } from '../../core/bytes.ts'
import { EOI, jpegHeader } from './headers.ts'
import { huffmanCodes, optimalHuffman } from './huffman.ts'
import type { ResolvedJpegOptions } from './options.ts'
import { STANDARD_HUFFMAN } from './tables.ts'
import { TOKEN_SYMBOLS } from './tokens.ts'

/** Writes a JPEG file from the tokens of one line of MCUs after the other. */
interface ScanWriter {
  /** @returns the bytes that are ready; the writer does not keep `tokens` */
  line(tokens: Uint32Array): Uint8Array | undefined
  finish(): Uint8Array
}

export function createScanWriter(options: ResolvedJpegOptions): ScanWriter {
  return options.optimized ? optimizedScan(options) : standardScan(options)
}

function standardScan({ layout, tables, segments, kernel }: ResolvedJpegOptions): ScanWriter {
  const codes = huffmanCodes(STANDARD_HUFFMAN)
  const writer = kernel.bitWriter()
  let header: Uint8Array | undefined = jpegHeader(layout, tables, STANDARD_HUFFMAN, segments)
  const take = (): Uint8Array => {
    const bytes = header === undefined ? writer.take() : concat([header, writer.take()])
    header = undefined
    return bytes
  }
  return {
    line(tokens) {
      writer.tokens(tokens, codes)
      return take()
    },
    finish() {
      writer.flush()
      return concat([take(), EOI])
    },
  }
}

function optimizedScan({ layout, tables, segments, kernel }: ResolvedJpegOptions): ScanWriter {
  const histogram = new Uint32Array(TOKEN_SYMBOLS)
  const lines: Uint32Array[] = []
  return {
    line(tokens) {
      for (let i = 0; i < tokens.length; i++) histogram[tokens[i]! >>> 16]!++
      lines.push(tokens.slice())
      return undefined
    },
    finish() {
      const huffman = optimalHuffman(histogram)
      const codes = huffmanCodes(huffman)
      const writer = kernel.bitWriter()
      const parts = [jpegHeader(layout, tables, huffman, segments)]
      for (const tokens of lines.splice(0)) {
        writer.tokens(tokens, codes)
        parts.push(writer.take())
      }
      writer.flush()
      return concat([...parts, writer.take(), EOI])
    },
  }
}
