import { existsSync, readdirSync } from 'node:fs'
import { createRequire as requireFrom } from 'node:module'
import { dirname, join } from 'node:path'

const LIBRARY = 'libonnxruntime_providers_cuda.so'

/**
 * Whether the CUDA provider of onnxruntime-node is installed, which is a separate installation. It is checked before a
 * session is made, because onnxruntime prints a missing library to stderr.
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
