export { type DecodeOptions, decodeLayer, decodeRows, layerSymbols } from './decoder/decode.ts'
export { ResumableLayer, resumeDecode } from './decoder/resumable-layer.ts'
