import { instantiateKernels, type Kernels } from '../../core/kernels.ts'
import { WasmBitWriter } from './bit-writer-wasm.ts'
import { reciprocals } from './dct.ts'
import { ZIGZAG } from './tables.ts'
import type { JpegForward, JpegKernel, JpegLayout, JpegTables } from './types.ts'

const BLOCK_BYTES = 128
const TABLE_BYTES = 4 * 64 + 64

/** A JPEG kernel in WebAssembly, over build/kernels.wasm. One instance serves any number of pictures. */
export function createWasmJpeg(module: WebAssembly.Module): JpegKernel {
  const kernels = instantiateKernels(module)
  return {
    name: 'jpeg-wasm',
    forward: (layout, tables) => forward(kernels, layout, tables),
    bitWriter: () => new WasmBitWriter(kernels),
  }
}

function forward(kernels: Kernels, layout: JpegLayout, tables: JpegTables): JpegForward {
  const { width, mcuSize, mcusAcross, blocksPerMcu, lumaBlocks } = layout
  const { exports } = kernels
  const stride = mcusAcross * mcuSize
  const chromaStride = mcusAcross * 8
  const blocks = mcusAcross * blocksPerMcu
  const step = blocksPerMcu * BLOCK_BYTES
  const convert = mcuSize === 16 ? exports.jpegConvert420 : exports.jpegConvert444
  const packed = [packTable(tables[0]), packTable(tables[1])] as const
  const coefficients = new Int16Array(blocks * 64)
  const tokens = new Uint32Array(blocks * 64)
  const dc = new Int32Array(3)
  const transformSizes = [
    ...[TABLE_BYTES, TABLE_BYTES],
    ...[3 * width * mcuSize, 3 * stride * (mcuSize / 8)],
    ...[2 * stride * mcuSize, 2 * chromaStride * 8, 2 * chromaStride * 8],
    blocks * BLOCK_BYTES,
  ]
  const tokenizeSizes = [4 * dc.length, blocks * BLOCK_BYTES, 4 * tokens.length]

  function transform(rgb: Uint8Array, rows: number): Int16Array {
    const pointers = kernels.place(transformSizes)
    const [luma, chroma, rgbAt, scratch, y, cb, cr, out] = pointers as [
      ...[number, number, number, number],
      ...[number, number, number, number],
    ]
    const memory = new Uint8Array(exports.memory.buffer)
    memory.set(packed[0], luma)
    memory.set(packed[1], chroma)
    memory.set(rgb.subarray(0, 3 * width * rows), rgbAt)
    convert(rgbAt, width, rows, scratch, stride, y, cb, cr)
    for (let block = 0; block < lumaBlocks; block++) {
      const at = y + 2 * ((block >> 1) * 8 * stride + (block & 1) * 8)
      exports.jpegQuantize(at, stride, 2 * mcuSize, mcusAcross, luma, out + block * BLOCK_BYTES, step)
    }
    const chromaOut = out + lumaBlocks * BLOCK_BYTES
    exports.jpegQuantize(cb, chromaStride, 16, mcusAcross, chroma, chromaOut, step)
    exports.jpegQuantize(cr, chromaStride, 16, mcusAcross, chroma, chromaOut + BLOCK_BYTES, step)
    coefficients.set(new Int16Array(exports.memory.buffer, out, coefficients.length))
    return coefficients
  }

  function tokenize(line: Int16Array): Uint32Array {
    const [dcAt, from, out] = kernels.place(tokenizeSizes) as [number, number, number]
    const { buffer } = exports.memory
    const predictors = new Int32Array(buffer, dcAt, dc.length)
    predictors.set(dc)
    new Int16Array(buffer, from, coefficients.length).set(line.subarray(0, coefficients.length))
    const end = exports.jpegTokenize(from, mcusAcross, lumaBlocks, dcAt, out)
    dc.set(predictors)
    const count = (end - out) / 4
    tokens.set(new Uint32Array(buffer, out, count))
    return tokens.subarray(0, count)
  }

  return { transform, tokenize }
}

/** Packs reciprocals and zigzag order for jpegQuantize, whose blocks are transposed. */
function packTable(table: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(TABLE_BYTES)
  const transposed = new Float32Array(bytes.buffer, 0, 64)
  reciprocals(table).forEach((reciprocal, k) => {
    const natural = ZIGZAG[k]!
    const index = ((natural & 7) << 3) | (natural >> 3)
    transposed[index] = reciprocal
    bytes[256 + k] = index
  })
  return bytes
}
