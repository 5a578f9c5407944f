// Every kernel works on memory that its caller laid out from heapBase() on, with sizes the caller has checked
// (src/core/kernels.ts). Content is never trusted: whatever the bytes, no kernel reads or writes elsewhere.
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
export { networkCopy, networkDense, networkDepthwise, networkSum } from './conv'
export { jpegConvert420, jpegConvert444 } from './jpeg-colour'
export { jpegQuantize } from './jpeg-dct'
export { jpegEmit, jpegTokenize } from './jpeg-scan'
export { liffCubic, liffRow } from './liff'
export { matrixAddProduct } from './matrix'
export { ransDecode } from './rans'
export { resampleAcross, resampleDown } from './resample'

/** First byte that no kernel uses for itself. */
export function heapBase(): usize {
  return __heap_base
}
