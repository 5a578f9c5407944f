import { NO_MODEL_SET } from '../format/coding.ts'

/** Whether a file of this model set needs no encoding with the installed one: a file of pictures needs no models at all. */
export function isCurrent(modelSet: string | undefined, installed: string): boolean {
  return modelSet === installed || modelSet === NO_MODEL_SET
}
