/*
 * This folder holds the entropy model: which latents are coded in which pass, the integer networks that compute their means
 * and scale indexes, and their decoding. Encoder and decoder share it.
 */
import { StrataError } from '../../../core/errors.ts'
import { release } from '../../../core/release.ts'
import { leastBits } from '../../../entropy/estimate.ts'
import type { LayerInfo } from '../../../format/types.ts'
import type { NetworkRunner } from '../../../network/types.ts'
import type { Runtime } from '../../../runtime/types.ts'
import type { LatentRow } from '../kernels/cell-kernel.ts'
import { type CodecKernels, kernelsOf } from '../kernels/kernels.ts'
import { CONTEXT_LIMIT } from '../kernels/pass-store.ts'
import type { LayerGeometry, StripGeometry } from '../shared/geometry.ts'
import {
  type DecoderTable,
  type LayerTable,
  type PassTable,
  qualityCode,
  scaleCode,
} from '../shared/tables.ts'
import { type LatentSource, latentStrips } from './latents.ts'
import { StripCells, type StripLatents } from './passes.ts'

/** Entropy parameters of one pass, [row of cells][column of cells][position][channel]. */
export interface PassParameters {
  readonly pass: PassTable
  readonly cells: StripCells
  /** 16 x mean. */
  readonly means: Int16Array
  /** Scale index of each latent: the number of its entropy table, 0..63; 0 for latents that are not coded. */
  readonly scaleIndexes: Uint8Array
}

/** Returns the symbols of a pass: a decoder reads them from the stream, an encoder computes and records them. */
type PassCoder = (parameters: PassParameters) => Int16Array

/** The part of the layer below on which entropy parameters depend: integers only. */
export interface LayerBelow {
  readonly info: LayerInfo
  readonly latents: LatentSource
}

/**
 * Runs a layer's integer networks. First, the hyper-latents, the quality and, in enhancement layers, the scale factor and
 * the nearest latents of the layer below give features. Then, pass by pass, the features and the latents decoded so far
 * give means and scale indexes. Encoder and decoder run the same code, so they always agree.
 */
export class EntropyModel {
  readonly table: LayerTable
  /** Whether strips may lack a residual: only layers with a prediction from below allow it. */
  readonly canBeEmpty: boolean
  readonly #decoder: DecoderTable
  readonly #info: LayerInfo
  readonly #layer: LayerGeometry
  readonly #below: LayerBelow | undefined
  readonly #hyper: NetworkRunner
  readonly #passes: readonly NetworkRunner[]
  readonly #kernels: CodecKernels

  private constructor(
    decoder: DecoderTable,
    info: LayerInfo,
    layer: LayerGeometry,
    below: LayerBelow | undefined,
    hyper: NetworkRunner,
    passes: readonly NetworkRunner[],
    kernels: CodecKernels,
  ) {
    this.table = below ? decoder.enhancement : decoder.base
    this.canBeEmpty = below !== undefined
    this.#decoder = decoder
    this.#info = info
    this.#layer = layer
    this.#below = below
    this.#hyper = hyper
    this.#passes = passes
    this.#kernels = kernels
  }

  static async load(
    runtime: Runtime,
    decoder: DecoderTable,
    info: LayerInfo,
    layer: LayerGeometry,
    below?: LayerBelow,
    kernels = kernelsOf(runtime),
  ): Promise<EntropyModel> {
    const kind = below ? 'enhancement' : 'base'
    const hyper = await runtime.network(`${kind}-hyper`)
    const passes = await Promise.all(
      decoder.passes.map((_, index) => runtime.network(`${kind}-pass${index}`)),
    )
    return new EntropyModel(decoder, info, layer, below, hyper, passes, kernels)
  }

  /** Scale index of each hyper-latent of a strip, [row][column][channel]. */
  hyperScaleIndexes(strip: StripGeometry): Uint8Array {
    const channels = Uint8Array.from(this.#hyperChannelIndexes())
    const indexes = new Uint8Array(strip.hyperRows * strip.hyperColumns * channels.length)
    for (let at = 0; at < indexes.length; at += channels.length) indexes.set(channels, at)
    return indexes
  }

  /** The fewest bits that the hyper-latents of a strip can take. A strip of fewer bytes cannot have its declared size. */
  leastHyperBits(strip: StripGeometry): number {
    const bits = this.#hyperChannelIndexes().reduce((sum, table) => sum + leastBits(table), 0)
    return strip.hyperRows * strip.hyperColumns * bits
  }

  /**
   * Computes the features that all passes of a strip share. It releases the strips of the layer below that it has read, so
   * call it once per strip, from top to bottom.
   * @param hyperSymbols symbols of the hyper-latents, [row][column][channel]
   */
  async features(strip: StripGeometry, hyperSymbols: Int16Array): Promise<Int16Array> {
    const feeds: Record<string, Int16Array> = { side: this.#hyperTensor(strip, hyperSymbols) }
    if (this.#below) feeds.context = await this.#contextTensor(strip, this.#below)
    const { hidden } = await this.#hyper.run(feeds, ...this.#units(strip))
    release(feeds.context)
    return given(hidden)
  }

  /** Codes a strip's latents, pass by pass. */
  async code(strip: StripGeometry, hidden: Int16Array, coder: PassCoder): Promise<StripLatents> {
    const cells = new StripCells(this.#decoder, strip, this.#layer.latentWidth, this.#kernels.passes)
    try {
      await this.#code(cells, this.#units(strip), hidden, coder)
    } finally {
      cells.close()
    }
    return cells.latents
  }

  async #code(
    cells: StripCells,
    units: [rows: number, columns: number],
    hidden: Int16Array,
    coder: PassCoder,
  ): Promise<void> {
    let carried: Int16Array | undefined
    for (const [index, pass] of this.#decoder.passes.entries()) {
      const inputs = passInputs(cells, pass)
      const network = this.#passes[index] as NetworkRunner
      const outputs = await network.run({ ...inputs, hidden, ...(carried ? { carried } : {}) }, ...units)
      carried = outputs.features ?? carried
      const means = given(outputs.means)
      const scaleIndexes = cells.scaleIndexesOf(pass, given(outputs.indexes))
      const symbols = coder({ pass, cells, means, scaleIndexes })
      cells.store(pass, means, scaleIndexes, symbols)
      release(outputs.indexes, means, ...Object.values(inputs))
    }
    release(carried)
  }

  /** Size of a strip in pixels, rounded up to the grid of its hyper-latents. */
  #units({ hyperRows, hyperColumns }: StripGeometry): [rows: number, columns: number] {
    const unit = this.#decoder.patch * this.#decoder.sideStride
    return [hyperRows * unit, hyperColumns * unit]
  }

  /** Scale index of each channel of the hyper-latents. */
  #hyperChannelIndexes(): number[] {
    const row = this.table.sideIndexes[this.#info.quality - 1] ?? []
    return Array.from({ length: this.table.side }, (_, channel) => row[channel] ?? 1)
  }

  #hyperTensor(strip: StripGeometry, hyperSymbols: Int16Array): Int16Array {
    const cells = strip.hyperRows * strip.hyperColumns
    const planes = [qualityCode(this.#info.quality)]
    if (this.#below) {
      const { info } = this.#below
      const { width, height } = this.#info
      planes.push(scaleCode(this.#decoder.scaleThresholds, width * height, info.width * info.height))
    }
    const channels = this.table.side + planes.length
    const out = new Int16Array(channels * cells)
    for (let cell = 0; cell < cells; cell++) {
      for (let c = 0; c < this.table.side; c++) {
        const value = hyperSymbols[cell * this.table.side + c] as number
        out[cell * channels + c] = Math.min(Math.max(value, -CONTEXT_LIMIT), CONTEXT_LIMIT)
      }
      for (let p = 0; p < planes.length; p++) out[cell * channels + this.table.side + p] = planes[p] as number
    }
    return out
  }

  /**
   * Magnitudes and scale indexes of the latents of the layer below that lie under each latent's centre,
   * [row][column][magnitudes, scale indexes]; zero where the grid of hyper-latents reaches beyond the latents.
   */
  async #contextTensor(strip: StripGeometry, below: LayerBelow): Promise<Int16Array> {
    const { latentWidth, height, width } = this.#layer
    const { geometry } = below.latents
    const columnBelow = nearestLatents(latentWidth, 0, geometry.width, width, geometry.latentWidth)
    const rowBelow = nearestLatents(
      strip.latentRows,
      strip.latentTop,
      geometry.height,
      height,
      geometry.latentHeight,
    )
    const lower = await latentStrips(below.latents, rowBelow[0] ?? 0, (rowBelow.at(-1) ?? 0) + 1)
    const { latents, sideStride } = this.#decoder
    const run = geometry.latentWidth * latents
    const rows = Array.from(rowBelow, (source): LatentRow | undefined => {
      const { values, scaleIndexes, isEmpty } = lower.at(source)
      const from = (source % geometry.stripLatents) * run
      if (isEmpty) return undefined
      return {
        values: values.subarray(from, from + run),
        scaleIndexes: scaleIndexes.subarray(from, from + run),
      }
    })
    const pitch = 2 * latents * sideStride * strip.hyperColumns
    const out = new Int16Array(pitch * sideStride * strip.hyperRows)
    this.#kernels.cells.context(rows, columnBelow, latents, out, pitch)
    // The next strip begins in the last strip that this one read, so that one is not released.
    below.latents.release('context', lower.last)
    return out
  }
}

/** Inputs of a pass besides the features: latents of the passes before it. */
function passInputs(cells: StripCells, pass: PassTable): Record<string, Int16Array> {
  const inputs: Record<string, Int16Array> = {}
  if (pass.sees.length > 0) inputs.magnitudes = cells.magnitudes(pass.seesFine, pass.sees)
  for (const [k, positions] of pass.predictors.entries()) {
    inputs[`values${k}`] = cells.halves(pass.seesFine, positions)
  }
  return inputs
}

function given(values: Int16Array | undefined): Int16Array {
  if (!values) throw new StrataError('MODEL_INVALID', 'a program of the decoder lacks an output')
  return values
}

/** Index of the latent of the layer below that lies under the centre of each of `count` latents, in integer arithmetic. */
function nearestLatents(
  count: number,
  first: number,
  pixelsBelow: number,
  pixels: number,
  countBelow: number,
): Int32Array {
  return Int32Array.from({ length: count }, (_, i) =>
    Math.min(Math.floor(((2 * (first + i) + 1) * pixelsBelow) / (2 * pixels)), countBelow - 1),
  )
}
