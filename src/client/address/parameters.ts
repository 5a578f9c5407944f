/** Parameters that determine a picture, in the order in which they are written. */
export const VARIANT_PARAMETERS = [
  'preset',
  'w',
  'h',
  'ar',
  'dpr',
  'q',
  'f',
  'fit',
  'focus',
  'bg',
  'ht',
  'frame',
] as const

/** Parameters of a signature, which only grants access. */
export const SIGNATURE_PARAMETERS = ['exp', 'kid', 'sig'] as const

type VariantParameters = Readonly<Record<(typeof VARIANT_PARAMETERS)[number], string | number | undefined>>

/** Sets the parameters that are given. All others stay as they are. */
export function writeParameters(query: URLSearchParams, parameters: VariantParameters): void {
  for (const name of VARIANT_PARAMETERS) {
    const value = parameters[name]
    if (value !== undefined) query.set(name, String(value))
  }
}
