import { decodeRows } from '../codec/compass/decoder/decode.ts'
import { type CodecKernels, kernelsOf } from '../codec/compass/kernels/kernels.ts'
import { StrataError } from '../core/errors.ts'
import { createJpegEncoder } from '../edge/transcoder/encoders/jpeg.ts'
import type { TranscodeParts } from '../edge/transcoder/transcode-layer.ts'
import { createWasmJpeg } from '../pixels/jpeg/forward-wasm.ts'
import { createWasmResampler } from '../pixels/resample-wasm.ts'
import type { Runtime } from '../runtime/types.ts'

/** Parts of decoding that are timed from outside the codec. No two of them run at the same time. */
export type DecodePart = 'entropy' | 'networks' | 'kernels'

const CELL_METHODS = ['context', 'dequantize', 'bytes', 'bound'] as const
const PASS_METHODS = ['magnitudes', 'halves', 'tables', 'store', 'close'] as const

/** Called around each piece of work; returns what the work returns. Work that returns a promise lasts until it settles. */
export type Observer = <T>(part: DecodePart, work: () => T) => T

/**
 * The transcode as src/transcoder-parts.ts composes it, with the runtime of this process in place of workerd's.
 * @throws StrataError MODEL_INVALID when the kernels were not built
 */
export function observedTranscode(runtime: Runtime, observer: Observer): TranscodeParts {
  if (!runtime.kernels) {
    throw new StrataError('MODEL_INVALID', 'build/kernels.wasm: no such file; run `npm run build`')
  }
  const observed = observedNetworks(runtime, observer)
  const kernels = observedKernels(kernelsOf(runtime), observer)
  return {
    decodeRows: (bytes, options) => decodeRows(bytes, { ...options, runtime: observed, kernels }),
    encoders: { jpeg: createJpegEncoder(createWasmJpeg(runtime.kernels)) },
    createResampler: createWasmResampler(runtime.kernels),
  }
}

/** Wraps a source of networks. Every returned object with a `run` method counts as a network. */
export function observedNetworks<T extends object>(source: T, observer: Observer): T {
  const network = (made: unknown) =>
    canRun(made) ? observedMethods(made, ['run'], 'networks', observer) : made
  return new Proxy(source, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        const made: unknown = value.apply(target, args)
        return made instanceof Promise ? made.then(network) : network(made)
      }
    },
  })
}

export function observedKernels(kernels: CodecKernels, observer: Observer): CodecKernels {
  const { coder, liff, cells, passes } = kernels
  return {
    ...observedNetworks(kernels, observer),
    coder: {
      name: coder.name,
      decoder: (bytes) => observedMethods(coder.decoder(bytes), ['decode', 'finish'], 'entropy', observer),
    },
    liff: (...args) => observer('kernels', () => liff(...args)),
    cells: observedMethods(cells, CELL_METHODS, 'kernels', observer),
    passes: (latents) =>
      observedMethods(
        observer('kernels', () => passes(latents)),
        PASS_METHODS,
        'kernels',
        observer,
      ),
  }
}

/** Wraps an object so that calls of these methods are reported as `part`. */
function observedMethods<T extends object>(
  object: T,
  methods: readonly (keyof T)[],
  part: DecodePart,
  observer: Observer,
): T {
  return new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      const call = (...args: unknown[]): unknown => value.apply(target, args)
      return (methods as readonly PropertyKey[]).includes(key)
        ? (...args: unknown[]) => observer(part, () => call(...args))
        : call
    },
  })
}

function canRun(made: unknown): made is { run(...args: unknown[]): unknown } {
  return typeof made === 'object' && made !== null && 'run' in made && typeof made.run === 'function'
}
