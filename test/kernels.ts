import { existsSync, readFileSync } from 'node:fs'

const file = new URL('../build/kernels.wasm', import.meta.url)

/** The compiled kernels of this checkout. */
export function kernelModule(): WebAssembly.Module {
  if (!existsSync(file)) throw new Error('build/kernels.wasm is missing: run `npm run build`')
  return new WebAssembly.Module(readFileSync(file))
}
