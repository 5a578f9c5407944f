export { type DecodeOptions, decodeLayer, decodeRows, layerSymbols } from './decode.ts'
export { decodeOn, HeldLayer } from './held-layer.ts'
