import { throwIfAborted } from '../../core/abort.ts'
import { readHeader } from '../../format/reader.ts'
import { decodeAnyLayer } from '../../node/decode-layer.ts'
import { readPicture, resizeLanczos } from '../../node/ingest/ingest.ts'
import { RivalFiles } from '../../node/rival-files.ts'
import { createJudge } from '../../pixels/judge.ts'
import { type Info, imageUrl, type UploadTarget } from '../edge-request.ts'
import type { ComparisonServer } from './comparison.ts'
import type { Sample } from './samples.ts'

/** Measures a sample layer by layer and publishes each result at once. Layers that were measured before are skipped. */
export async function compareSample(
  { id, make }: Sample,
  target: UploadTarget,
  comparisons: ComparisonServer,
): Promise<void> {
  const signal = target.signal ?? null
  const info = (await (await fetch(`${imageUrl(target, id)}.json`, { signal })).json()) as Info
  const etag = info.etag ?? ''
  const response = await fetch(`${imageUrl(target, id)}?f=native`, { signal })
  const file = new Uint8Array(await response.arrayBuffer())
  const { layers } = readHeader(file)
  const known = comparisons.get(id)
  const measured = known?.etag === etag ? [...known.layers] : []
  if (measured.length === layers.length) return
  const original = await readPicture(await make())
  for (const [layer, { width, height, end }] of layers.entries()) {
    if (layer < measured.length) continue
    throwIfAborted(target.signal)
    const reference = await resizeLanczos(original, width, height)
    const judge = createJudge(reference)
    const score = judge.score(await decodeAnyLayer(file, layer, 'wasm'), 'ssimulacra2')
    const bytesOf = async (codec: 'avif' | 'webp') =>
      Math.round((await new RivalFiles(reference, codec, 'ssimulacra2', judge).bytesAt(score)) ?? 0) || null
    measured.push({ width, bytes: end, score, avif: await bytesOf('avif'), webp: await bytesOf('webp') })
    await comparisons.put(id, { etag, layers: measured })
  }
}
