import { StrataError } from '../../core/errors.ts'
import { checkRemoteUrl, parseUrl } from './allow-list.ts'
import { askRemote, DEFAULT_TIMEOUT_MS, openUpload, type RemoteRequest } from './fetch.ts'
import { type PictureSource, type SourceAnswer, type Validators, validatorsOf } from './picture-source.ts'
import type { HttpSource } from './source-options.ts'
import { encodeSourcePath } from './source-path.ts'

/** A website: a picture's address is the prefix and its path. Its ETag and Last-Modified are asked with. */
export function httpSource(name: string, options: HttpSource): PictureSource {
  const { url, hosts = [], timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const base = new URL(url.endsWith('/') ? url : `${url}/`)
  const label = `source ${name}`

  /** The host itself was checked with the options; every other one must be on its list, and public. */
  function resolve(location: string, from: URL): URL {
    const target = parseUrl(location, from)
    if (target?.origin === base.origin && !target.username && !target.password) return target
    try {
      return checkRemoteUrl(location, { hosts }, from)
    } catch (cause) {
      throw new StrataError('REMOTE_FORBIDDEN', 'it leads to a host that is not on the list', { cause })
    }
  }

  async function read(path: string, known: Validators, limit: number): Promise<SourceAnswer> {
    const request: RemoteRequest = {
      headers: conditionsOf(known),
      signal: AbortSignal.timeout(timeoutMs),
      resolve,
      name: label,
      // Whoever asks for a picture need not hear where it lies.
      hostOf: () => 'the server',
    }
    const { response } = await askRemote(new URL(encodeSourcePath(path), base), request)
    if (response.status === 200) {
      const { headers } = response
      const validators = validatorsOf(headers.get('ETag'), headers.get('Last-Modified'))
      return { kind: 'picture', upload: await openUpload(response, label, limit), validators }
    }
    await response.body?.cancel()
    if (response.status === 304) return { kind: 'unchanged' }
    if (response.status === 404 || response.status === 410) return { kind: 'missing' }
    throw new StrataError('REMOTE_FAILED', `${label}: the server answered ${response.status}`)
  }

  return {
    async read(path, known, limit) {
      try {
        return await read(path, known, limit)
      } catch (error) {
        if (error instanceof StrataError) return { kind: 'failed', error }
        throw error
      }
    },
  }
}

function conditionsOf({ etag, lastModified }: Validators): Record<string, string> {
  return {
    ...(etag !== undefined && { 'If-None-Match': etag }),
    ...(lastModified !== undefined && { 'If-Modified-Since': lastModified }),
  }
}
