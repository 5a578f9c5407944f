import { decodeRows } from '../../codec/compass/decode.ts'
import { type CodecKernels, kernelsOf } from '../../codec/compass/kernels.ts'
import { StrataError } from '../../core/errors.ts'
import type { TranscodeParts } from '../../edge/transcode.ts'
import { createWasmJpeg } from '../../pixels/jpeg/forward-wasm.ts'
import type { ModelRunner, Runtime } from '../../runtime/types.ts'

/** Parts of decoding that can be told apart from outside. No two of them ever run at the same time. */
export type DecodePart = 'entropy' | 'networks' | 'kernels'

/** Stands around each piece of work. */
export interface Observer {
  sync<T>(part: DecodePart, work: () => T): T
  async<T>(part: DecodePart, work: () => Promise<T>): Promise<T>
}

/**
 * The transcode as src/transcoder.ts composes it, with the runtime of this process in place of workerd's.
 * @throws StrataError MODEL_INVALID when the kernels were not built
 */
export function observedTranscode(runtime: Runtime, observer: Observer): TranscodeParts {
  if (!runtime.kernels) {
    throw new StrataError('MODEL_INVALID', 'build/kernels.wasm is missing: run `npm run build`')
  }
  const observed = observedRuntime(runtime, observer)
  const kernels = observedKernels(kernelsOf(runtime), observer)
  return {
    decodeRows: (bytes, options) => decodeRows(bytes, { ...options, runtime: observed, kernels }),
    kernel: createWasmJpeg(runtime.kernels),
  }
}

function observedRuntime(runtime: Runtime, observer: Observer): Runtime {
  return {
    ...runtime,
    async load(name): Promise<ModelRunner> {
      const runner = await runtime.load(name)
      return { run: (feeds) => observer.async('networks', () => runner.run(feeds)) }
    },
  }
}

function observedKernels({ coder, liff }: CodecKernels, observer: Observer): CodecKernels {
  return {
    coder: {
      name: coder.name,
      decoder(bytes) {
        const decoder = coder.decoder(bytes)
        return {
          decode: (indexes, out) => observer.sync('entropy', () => decoder.decode(indexes, out)),
          finish: () => decoder.finish(),
        }
      },
    },
    liff: (...args) => observer.sync('kernels', () => liff(...args)),
  }
}
