/**
 * Files by the names that the manifest has for them. Written out one by one, so that bundlers see each file, copy it and put
 * its new address here.
 */
const FILES: Readonly<Record<string, () => URL>> = {
  'manifest.json': () => new URL('./manifest.json', import.meta.url),
  'kernels.wasm': () => new URL('./kernels.wasm', import.meta.url),
  'decoder.json': () => new URL('./decoder.json', import.meta.url),
  'decoder.bin': () => new URL('./decoder.pack', import.meta.url),
  'hyperthumbnail.json': () => new URL('./hyperthumbnail.json', import.meta.url),
  'hyperthumbnail.bin': () => new URL('./hyperthumbnail.pack', import.meta.url),
  'hyperthumbnail4.json': () => new URL('./hyperthumbnail4.json', import.meta.url),
  'hyperthumbnail4.bin': () => new URL('./hyperthumbnail4.pack', import.meta.url),
  'irn2.json': () => new URL('./irn2.json', import.meta.url),
  'irn2.bin': () => new URL('./irn2.pack', import.meta.url),
  'irn4.json': () => new URL('./irn4.json', import.meta.url),
  'irn4.bin': () => new URL('./irn4.pack', import.meta.url),
}

/**
 * Where a file of the decoder lies: beside this script, or in the folder that the page names.
 * @param assets absolute address of that folder
 */
export function modelAddress(file: string, assets: string | undefined): URL {
  return assets === undefined
    ? (FILES[file]?.() ?? new URL(file, import.meta.url))
    : new URL(packed(file), assets)
}

/** The build packs parameters. */
function packed(file: string): string {
  return file.replace(/\.bin$/, '.pack')
}
