/** SHA-256, 32 bytes, by WebCrypto, which all supported runtimes have. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  // WebCrypto's types exclude views of shared memory; nothing in this code base makes such a view.
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}
