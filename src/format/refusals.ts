import type { StrataErrorCode } from '../core/errors.ts'

/** Codes for a .strata file that is damaged, forged, or made for other software. Alphabetical. */
export const FILE_REFUSALS: readonly StrataErrorCode[] = [
  'CODING_UNKNOWN',
  'ENTROPY_CORRUPT',
  'FORMAT_CHECKSUM',
  'FORMAT_INVALID',
  'FORMAT_MAGIC',
  'FORMAT_TRUNCATED',
  'FORMAT_VERSION',
  'MODEL_UNKNOWN',
]
