import type { Point, Size } from '../../core/box.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import type { RenderRequest } from '../origin/render.ts'
import type { Acceptance } from '../request/accept.ts'
import type { ClientHints } from '../request/hints.ts'
import type { ImageParams } from '../request/params.ts'
import type { TranscodeRequest } from '../transcoder/transcoder.ts'
import type { EmbedRules } from './embed.ts'
import type { FormatRules } from './format.ts'
import type { QualityRules } from './quality.ts'
import type { SizeRules } from './wanted-size.ts'

/** What a decision rests on, besides the file's header and the rules. */
export interface PlanInput {
  readonly params: ImageParams
  readonly hints: ClientHints
  /** What `Accept` says; it counts only where the URL names no format. */
  readonly accepted: Acceptance
}

export interface PlanRules extends SizeRules, EmbedRules, FormatRules, QualityRules {
  /** Width in pixels of the widest layer that is decoded at the edge. */
  readonly maxTranscodeWidth: number
  /** Whether the original is there, so that the origin can make pictures of it. */
  readonly canRender: boolean
  /** Point that `focus=auto` stands for; undefined where it was not looked for. */
  readonly attention?: Point | undefined
}

interface StillPlan {
  /** Present where the first frame is sent of an animation, and nobody asked for it alone. */
  readonly frames?: 'first'
}

/** What a picture that is made may be beside what was asked for. */
interface MadePlan extends StillPlan {
  /**
   * Present where the picture is the whole source at its own size: formats in which the client takes the original in its
   * place, where that is smaller.
   */
  readonly originals?: readonly PictureFormat[]
}

interface PlanBase {
  /** Bytes of the file up to the end of the highest layer that is sent or decoded. */
  readonly length: number
  /** Request headers that the decision depends on. */
  readonly vary: readonly string[]
  /** Image pixels per CSS pixel, only where a hint chose the width: it changes the page's layout. */
  readonly contentDpr: number | undefined
}

/** Send the bytes [0, length) of the file as they are. */
export interface TruncatePlan extends PlanBase {
  readonly kind: 'truncate'
  /** Highest layer that is sent. */
  readonly layer: number
}

/** Send the bytes [start, length) of the file as they are: a layer that is a picture of the format that is wanted. */
export interface SlicePlan extends PlanBase, StillPlan {
  readonly kind: 'slice'
  readonly layer: number
  readonly start: number
  readonly format: PictureFormat
}

/** Decode one layer and send it as a picture that every browser, or this client, reads. */
export interface TranscodePlan extends PlanBase, MadePlan {
  readonly kind: 'transcode'
  readonly request: TranscodeRequest
  /** Id of the model that hides the detail; undefined where `request.ht` is 1. */
  readonly embedModel?: string
  /** Formats to try, in this order, where the encoder of `request.format` fails. */
  readonly fallbacks: readonly PictureFormat[]
  /** How the origin would make the same picture; undefined where it cannot. */
  readonly render?: RenderRequest
}

/** Have the origin make the picture from the original. */
export interface RenderPlan extends MadePlan {
  readonly kind: 'render'
  readonly request: RenderRequest
  /** Request headers that the decision depends on. */
  readonly vary: readonly string[]
  /** As that of every plan; undefined where the size of the original is not known. */
  readonly contentDpr: number | undefined
}

/** Have the origin make the picture; where it cannot, send a layer, or decode one, after all. */
export interface PlannedRender extends RenderPlan {
  /** Of the picture that the origin will make. */
  readonly size: Size
  readonly otherwise?: TranscodePlan | SlicePlan
}

export type Plan = TruncatePlan | SlicePlan | TranscodePlan | PlannedRender
