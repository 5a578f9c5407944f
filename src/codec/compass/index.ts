export { type DecodeOptions, decodeLayer, decodeRows, layerSymbols } from './decoder/decode.ts'
export { decodeOn, HeldLayer } from './decoder/held-layer.ts'
