import manifest from '../../../models/weights/manifest.json'
import type { EmbedModel } from './transcoder.ts'

/** A file of the model manifest. Only HyperThumbnail models have a factor. */
interface Entry {
  readonly role: string
  readonly factor?: number
  readonly id?: string
}

/** The HyperThumbnail models packed into the transcoder Worker of this version. */
export const EMBED_MODELS: readonly EmbedModel[] = Object.values<Entry>(manifest.files).flatMap(
  ({ factor, id }) => ((factor === 2 || factor === 4) && id !== undefined ? [{ factor, id }] : []),
)
