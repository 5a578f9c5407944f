export { type DecodeOptions, decodeRows } from './decoder/decode.ts'
export { ResumableLayer, resumeDecode } from './decoder/resumable-layer.ts'
