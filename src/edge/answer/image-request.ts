import type { ReadGrant } from '../access/authorize.ts'
import type { Jobs } from '../ingest/jobs.ts'
import type { PlanInput, PlanRules } from '../plan/types.ts'
import type { PresetRules } from '../request/presets.ts'
import type { Transcoder } from '../transcoder/transcoder.ts'
import type { CensusCache } from '../variants/census.ts'
import type { VariantServices } from '../variants/find-or-make.ts'
import type { MakeServices } from '../variants/make-picture.ts'
import type { Demand } from '../variants/promotion.ts'
import type { CachePolicy } from './headers.ts'
import type { LookupServices } from './lookup.ts'
import type { ServerTiming } from './timing.ts'

export type ReadServices = LookupServices &
  VariantServices &
  Omit<MakeServices, 'transcoder'> & {
    readonly jobs: () => Jobs
    readonly transcoder: () => Transcoder | undefined
    readonly demand: Demand
    readonly censuses: CensusCache
  }

/** The options that reading depends on. */
export type ReadOptions = PresetRules &
  Omit<PlanRules, 'embedModels' | 'exactQuality' | 'canRender' | 'attention'> &
  Pick<CachePolicy, 'maxAge' | 'staleWhileRevalidate'> & { readonly serveOriginal: boolean }

/** One GET or HEAD of an image, parsed. */
export interface ImageRequest {
  readonly request: Request
  readonly input: PlanInput
  readonly grant: ReadGrant
  readonly policy: CachePolicy
  readonly timing: ServerTiming
}
