import { StrataError } from '../core/errors.ts'
import type { ModelRunner, Tensor } from './types.ts'

/** The part of onnxruntime's InferenceSession that this project uses; onnxruntime-node and -web both provide it. */
export interface OrtSession {
  readonly inputNames: readonly string[]
  run(
    feeds: Record<string, unknown>,
  ): Promise<Record<string, { readonly data: unknown; readonly dims: readonly number[]; dispose?(): void }>>
}

export type MakeTensor = (data: Float32Array, dims: readonly number[]) => unknown | Promise<unknown>

/** Makes a ModelRunner of a session. Runs are queued in the order of the calls; a failed run rejects only its own call. */
export function createRunner(name: string, session: OrtSession, makeTensor: MakeTensor): ModelRunner {
  let last: Promise<void> = Promise.resolve()

  async function runNow(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const inputs: Record<string, unknown> = {}
    for (const input of session.inputNames) {
      const tensor = feeds[input]
      if (!tensor)
        throw new StrataError(
          'MODEL_INVALID',
          `${name}: expected an input "${input}", got ${Object.keys(feeds)}`,
        )
      inputs[input] = await makeTensor(tensor.data, tensor.dims)
    }
    const outputs: Record<string, Tensor> = {}
    for (const [key, value] of Object.entries(await session.run(inputs))) {
      outputs[key] = { data: value.data as Float32Array, dims: value.dims }
    }
    return outputs
  }

  return {
    run(feeds) {
      const result = last.then(() => runNow(feeds))
      // Keeping `result` itself would hold the outputs of the last run, megabytes of them, until the next run.
      last = result.then(
        () => undefined,
        () => undefined,
      )
      return result
    },
  }
}
