/** HMAC-SHA256 (RFC 2104), 32 bytes, by WebCrypto, which all supported runtimes have. */
export async function hmacSha256(key: Uint8Array | string, message: string): Promise<Uint8Array> {
  const encoder = new TextEncoder()
  const raw = typeof key === 'string' ? encoder.encode(key) : key
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', raw as Uint8Array<ArrayBuffer>, algorithm, false, [
    'sign',
  ])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, encoder.encode(message)))
}

/** Whether two digests are equal. The time depends only on their length, which is no secret. */
export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}
