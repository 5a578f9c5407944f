import { packedName } from './unpack.ts'

/**
 * Each address is written out, because a bundler copies the files that it finds in `new URL` and replaces their
 * addresses.
 */
const FILES: Readonly<Record<string, () => URL>> = {
  'manifest.json': () => new URL('./manifest.json', import.meta.url),
  'kernels.wasm': () => new URL('./kernels.wasm', import.meta.url),
  'decoder.json': () => new URL('./decoder.json', import.meta.url),
  'decoder.pack': () => new URL('./decoder.pack', import.meta.url),
  'hyperthumbnail.json': () => new URL('./hyperthumbnail.json', import.meta.url),
  'hyperthumbnail.pack': () => new URL('./hyperthumbnail.pack', import.meta.url),
  'hyperthumbnail4.json': () => new URL('./hyperthumbnail4.json', import.meta.url),
  'hyperthumbnail4.pack': () => new URL('./hyperthumbnail4.pack', import.meta.url),
  'irn2.json': () => new URL('./irn2.json', import.meta.url),
  'irn2.pack': () => new URL('./irn2.pack', import.meta.url),
  'irn4.json': () => new URL('./irn4.json', import.meta.url),
  'irn4.pack': () => new URL('./irn4.pack', import.meta.url),
}

/** Apart from `new URL(…)`: webpack warns of an address there that it cannot see. */
const HERE = import.meta.url

/**
 * The address of a file of the manifest: beside this script, or in the folder of the option `assets`. Parameters
 * (`.bin`) are there in packed form (`.pack`).
 * @param assets absolute address of that folder
 */
export function modelAddress(file: string, assets: string | undefined): URL {
  const name = packedName(file)
  return assets === undefined ? (FILES[name]?.() ?? new URL(name, HERE)) : new URL(name, assets)
}
