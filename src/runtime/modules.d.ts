/** Values that a Worker's bundler imports for files that are not code (wrangler's module rules). */
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
declare module '*.bin' {
  const bytes: ArrayBuffer
  export default bytes
}
declare module '*.onnx' {
  const bytes: ArrayBuffer
  export default bytes
}
declare module '*.html' {
  const text: string
  export default text
}
