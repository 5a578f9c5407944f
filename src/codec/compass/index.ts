export { decodeRows } from './decoder/decode.ts'
export { decodeOn, HeldLayer } from './decoder/held-layer.ts'
