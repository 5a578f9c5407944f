import manifest from '../../../models/weights/manifest.json'
import type { EmbedModel } from './transcoder.ts'

/** What models/strata_models/hyperthumbnail/export.py says of a model for thumbnails; other files have no factor. */
interface Entry {
  readonly role: string
  readonly factor?: number
  readonly id?: string
}

/** What the transcoder Worker of this version can hide detail with: the models that are packed into it. */
export const EMBED_MODELS: readonly EmbedModel[] = Object.values<Entry>(manifest.files).flatMap(
  ({ factor, id }) => ((factor === 2 || factor === 4) && id !== undefined ? [{ factor, id }] : []),
)
