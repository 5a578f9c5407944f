import { StrataError } from '../core/errors.ts'

/** @throws StrataError FORMAT_INVALID with what was expected and what came, unless `holds` */
export function check(holds: boolean, name: string, expected: unknown, actual: unknown): void {
  if (!holds) throw new StrataError('FORMAT_INVALID', `${name}: expected ${expected}, got ${actual}`)
}

/** @throws StrataError FORMAT_TRUNCATED unless `bytes` has at least `length` bytes */
export function need(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length < length) {
    throw new StrataError(
      'FORMAT_TRUNCATED',
      `${what} needs ${length} bytes of the file, got ${bytes.length}`,
    )
  }
}
