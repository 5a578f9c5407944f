/** SHA-256 by WebCrypto, which every runtime here has. 32 bytes. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  // WebCrypto's types exclude views of shared memory; nothing in this code base makes such a view.
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}
