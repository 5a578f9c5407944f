export { type DecodeOptions, decodeRows } from './decoder/decode.ts'
export { prepareDecoder } from './decoder/prepare.ts'
export { ResumableLayer, resumeDecode } from './decoder/resumable-layer.ts'
