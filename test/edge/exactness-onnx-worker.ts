import { decodeCase } from '../../src/bench/exactness/decoded.ts'
import { createWorkerdOnnxRuntime } from '../../src/runtime/workerd-onnx.ts'

/** A Worker as exactness-worker.ts, with the second engine. */
export default {
  async fetch(request: Request): Promise<Response> {
    const file = new Uint8Array(await request.arrayBuffer())
    const { symbols, pixels } = await decodeCase(file, await createWorkerdOnnxRuntime())
    return new Response(pixels as Uint8Array<ArrayBuffer>, { headers: { Symbols: symbols.join() } })
  },
}
