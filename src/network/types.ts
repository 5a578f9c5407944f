import type { Inputs, Readers } from './engine.ts'

/** A program that an engine or onnxruntime has made ready to run. All of them compute the same integers. */
export interface NetworkRunner {
  /**
   * Runs on `rows` x `columns` units; both are multiples of the largest stride of the program.
   *
   * @param inputs by name: tensors [rows / stride][columns / stride][channels], or functions that write them
   * @param readers functions that read outputs in the runner's memory
   * @returns the outputs without a reader, as dense new arrays that belong to the caller
   * @throws StrataError INTERNAL when an input is missing or has the wrong length
   */
  run(
    inputs: Inputs,
    rows: number,
    columns: number,
    readers?: Readers,
  ): Record<string, Int16Array> | Promise<Record<string, Int16Array>>
}
