import { StrataError } from '../core/errors.ts'
import type { Manifest } from './types.ts'

/** @throws StrataError MODEL_INVALID when this is no manifest of format 1 */
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
