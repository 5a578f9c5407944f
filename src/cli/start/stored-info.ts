import { type Info, imageUrl, type UploadTarget } from '../edge-request.ts'

/** Info JSON of an image that is stored or being encoded; undefined when there is none or its encoding failed. */
export async function storedInfo(id: string, target: UploadTarget): Promise<Info | undefined> {
  const signal = target.signal ?? null
  const response = await fetch(`${imageUrl(target, id)}.json`, { signal })
  if (response.ok) return (await response.json()) as Info
  await response.body?.cancel()
  return undefined
}
