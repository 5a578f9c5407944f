/** The part of Node's zlib that the transcoder Worker takes from workerd (`nodejs_compat`), whose types do not declare it. */
declare module 'node:zlib' {
  export function inflateSync(data: Uint8Array, options: { maxOutputLength: number }): Uint8Array<ArrayBuffer>
}
