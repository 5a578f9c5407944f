import { decodeCase } from '../../src/bench/exactness/decoded.ts'
import { createWorkerdRuntime } from '../../src/runtime/workerd.ts'

/** A Worker with the transcoder's runtime: answers a .strata file with its top layer's pixels and all symbol hashes. */
export default {
  async fetch(request: Request): Promise<Response> {
    const file = new Uint8Array(await request.arrayBuffer())
    const { symbols, pixels } = await decodeCase(file, await createWorkerdRuntime())
    return new Response(pixels as Uint8Array<ArrayBuffer>, { headers: { Symbols: symbols.join() } })
  },
}
