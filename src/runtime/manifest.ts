import { hex } from '../core/bytes.ts'
import { StrataError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import type { Manifest } from './types.ts'

/** @throws StrataError MODEL_INVALID when the value is not a manifest of format 1 */
export function checkManifest(value: unknown): Manifest {
  const manifest = value as Partial<Manifest> | null
  if (typeof manifest !== 'object' || manifest === null || manifest.format !== 1) {
    throw new StrataError('MODEL_INVALID', 'manifest.json: expected a model manifest of format 1')
  }
  if (typeof manifest.modelSet !== 'string' || !/^[0-9a-f]{16}$/.test(manifest.modelSet)) {
    throw new StrataError(
      'MODEL_INVALID',
      `manifest.json: expected a modelSet of 16 hexadecimal digits, got ${manifest.modelSet}`,
    )
  }
  if (typeof manifest.files !== 'object' || manifest.files === null) {
    throw new StrataError('MODEL_INVALID', 'manifest.json: expected an object "files"')
  }
  return manifest as Manifest
}

/**
 * Reads a file of the model set with `read` and checks it against the manifest's SHA-256.
 * @throws StrataError MODEL_INVALID when the manifest does not name the file or the hash differs
 */
export async function readChecked(
  manifest: Manifest,
  file: string,
  read: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const entry = manifest.files[file]
  if (!entry) throw new StrataError('MODEL_INVALID', `${file} is not in the manifest of ${manifest.modelSet}`)
  const bytes = await read()
  const digest = hex(await sha256(bytes))
  if (digest !== entry.sha256) {
    throw new StrataError('MODEL_INVALID', `${file}: expected SHA-256 ${entry.sha256}, got ${digest}`)
  }
  return bytes
}

/** @throws StrataError MODEL_INVALID */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new StrataError('MODEL_INVALID', 'a model table is not JSON', { cause })
  }
}
