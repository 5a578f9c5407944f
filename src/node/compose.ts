/**
 * src/node is what origin, command line and benchmarks share in Node: reading and writing pictures by sharp, files, the codec
 * composed of its runtimes, and the package's `./codec`. No server, no command and no measurement is here.
 * @module
 */

import { encodePicture } from '../codec/compass/encoder/encode.ts'
import { unobserved } from '../codec/encode-phases.ts'
import type { NodeRuntimeOptions } from '../runtime/node.ts'
import type { EncodePicture } from './encode-picture.ts'
import { encodeToScore } from './encode-to-score.ts'
import { placeholderCode, placeholderPreview } from './placeholder.ts'
import { createRuntime } from './runtimes.ts'

export { createRuntime } from './runtimes.ts'

/** The network that every encode begins with. */
const ANALYSIS = 'base-analysis'

/** Loads both runtimes and one network, which shows whether the provider works. Throws what loading throws. */
export async function prepareEncode(options: NodeRuntimeOptions): Promise<void> {
  await createRuntime('wasm')
  await (await createRuntime('node', options)).load(ANALYSIS)
}

/** The real codec: analyses with the native runtime, decodes (and verifies) with the programs that the edge runs. */
export async function composeEncode(options: { readonly verify: boolean }): Promise<EncodePicture> {
  const [encoder, decoder] = [await createRuntime('node'), await createRuntime('wasm')]
  return async (image, request) => {
    const { observe = unobserved } = request
    const placeholder =
      request.placeholder ?? (await observe('placeholder', () => placeholderCode(image, decoder)))
    const { search, ...rest } = request
    const parts = { ...rest, encoder, decoder, verify: options.verify, ...(placeholder && { placeholder }) }
    return search ? await encodeToScore(image, search, parts) : await encodePicture(image, parts)
  }
}

/** The placeholder of a .strata file as a data URI, for the edge, which has no model for it. */
export async function composePreview(file: Uint8Array): Promise<string | undefined> {
  return await placeholderPreview(file, await createRuntime('wasm'))
}
