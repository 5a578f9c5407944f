// The caller of a kernel lays out memory from heapBase() on and checks all sizes (src/core/kernels.ts). Content is never
// trusted: whatever the bytes are, no kernel reads or writes outside its arguments.
export {
  cellBound,
  cellBytes,
  cellContext,
  cellDequantize,
  passHalves,
  passMagnitudes,
  passStore,
  passTables,
} from './cells'
export { jpegConvert420, jpegConvert444 } from './jpeg-colour'
export { jpegQuantize } from './jpeg-dct'
export { jpegEmit, jpegTokenize } from './jpeg-scan'
export { liffCubic, liffRow } from './liff'
export { matrixAddProduct } from './matrix'
export { networkDense } from './network/dense'
export { networkDepthwise } from './network/depthwise'
export { networkCopy, networkSum } from './network/grid'
export { ransDecode } from './rans'
export { resampleAcross, resampleDown } from './resample'

/** First byte behind the static data of the kernels. */
export function heapBase(): usize {
  return __heap_base
}
