export { type DecodeOptions, decodeLayer, decodeRows, layerSymbols } from './decode.ts'
