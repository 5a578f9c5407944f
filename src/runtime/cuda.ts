import { existsSync, readdirSync } from 'node:fs'
import { createRequire as requireFrom } from 'node:module'
import { dirname, join } from 'node:path'

const LIBRARY = 'libonnxruntime_providers_cuda.so'

/**
 * Whether onnxruntime-node has its CUDA provider, which is an installation of its own. Asked first, because onnxruntime
 * reports a missing library on stderr by itself.
 */
export function isCudaInstalled(): boolean {
  try {
    const entry = requireFrom(import.meta.url).resolve('onnxruntime-node')
    const bin = join(dirname(dirname(entry)), 'bin')
    return readdirSync(bin).some((abi) => existsSync(join(bin, abi, process.platform, process.arch, LIBRARY)))
  } catch {
    return false
  }
}
