export { decodeLayer, decodeRows, type DecodeOptions, layerSymbols } from './decode.ts'
