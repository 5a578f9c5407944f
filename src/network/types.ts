import type { Inputs, Readers } from './engine.ts'

/** A program made ready to run by one of the engines, or by onnxruntime; all give the same integers. */
export interface NetworkRunner {
  /**
   * Runs on `rows` x `columns` units, both multiples of the largest stride of the program.
   *
   * @param inputs by name: dense tensors, [rows / stride][columns / stride][channels], or what writes them
   * @param readers take outputs where they lie
   * @returns the outputs without a reader, dense; fresh arrays, the caller's own
   * @throws StrataError INTERNAL when an input is missing or has another length
   */
  run(
    inputs: Inputs,
    rows: number,
    columns: number,
    readers?: Readers,
  ): Record<string, Int16Array> | Promise<Record<string, Int16Array>>
}
