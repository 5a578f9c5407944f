import type { RgbImage } from '../../core/image.ts'
import { readPicture } from '../../node/ingest/ingest.ts'
import { ENCODERS, type EncoderName, SETTING_STEPS } from '../../pixels/encoder-quality.ts'
import { Ssimulacra2 } from '../../pixels/ssimulacra2.ts'
import { round } from '../cpu-clock.ts'
import { type MeasuredEncoder, measuredEncoders, scaleEncoder } from './encoders.ts'

/** Means over all pictures at one setting of an encoder. */
interface EncoderPoint {
  readonly setting: number
  /** Mean SSIMULACRA2. */
  readonly score: number
  /** Mean bytes a pixel. */
  readonly rate: number
}

/** The setting of an encoder that has the score of a JPEG of this quality. */
interface EncoderRow {
  readonly encoder: EncoderName
  readonly quality: number
  /** A multiple of the encoder's step; the lowest or highest setting if none has the score. */
  readonly setting: number
  /** Mean SSIMULACRA2 of the JPEGs. */
  readonly score: number
  /** Mean bytes at this setting, divided by those of the JPEGs. */
  readonly ofJpeg: number
}

export interface EncodersResult {
  readonly scale: readonly EncoderPoint[]
  readonly rows: readonly EncoderRow[]
}

/** Measures the encoders on these pictures, whose sides have at least 8 pixels. */
export async function measureEncoders(
  pictures: readonly RgbImage[],
  names: readonly EncoderName[] = ENCODERS,
  progress: (text: string) => void = () => {},
): Promise<EncodersResult> {
  const judges = pictures.map((picture) => new Ssimulacra2(picture))
  const curve = async (encoder: MeasuredEncoder, name: string): Promise<EncoderPoint[]> => {
    const points: EncoderPoint[] = []
    for (const setting of encoder.settings) {
      progress(`${name} ${setting}`)
      points.push(await pointOf(encoder, setting, pictures, judges))
    }
    return points
  }
  const scale = await curve(scaleEncoder(), 'jpeg')
  const encoders = measuredEncoders()
  const rows: EncoderRow[] = []
  for (const name of names) rows.push(...match(name, scale, await curve(encoders[name], name)))
  return { scale, rows }
}

async function pointOf(
  encoder: MeasuredEncoder,
  setting: number,
  pictures: readonly RgbImage[],
  judges: readonly Ssimulacra2[],
): Promise<EncoderPoint> {
  let [score, rate] = [0, 0]
  for (const [i, picture] of pictures.entries()) {
    const file = await encoder.encode(picture, setting)
    score += judges[i]!.score(await readPicture(file)) / pictures.length
    rate += file.length / (picture.width * picture.height) / pictures.length
  }
  return { setting, score: round(score, 2), rate: round(rate, 5) }
}

/** Finds, for each point of the scale, the point of the other curve with the same score. */
export function match(
  encoder: EncoderName,
  scale: readonly EncoderPoint[],
  curve: readonly EncoderPoint[],
): EncoderRow[] {
  const step = SETTING_STEPS[encoder]
  return scale.map((jpeg) => {
    const { setting, rate } = at(curve, jpeg.score)
    const rounded = Math.round(setting / step) * step
    return {
      encoder,
      quality: jpeg.setting,
      setting: rounded,
      score: jpeg.score,
      ofJpeg: round(rate / jpeg.rate, 3),
    }
  })
}

/** The first point at which a curve reaches a score; between two points the rate is interpolated by its logarithm. */
function at(curve: readonly EncoderPoint[], score: number): { setting: number; rate: number } {
  const index = curve.findIndex((point) => point.score >= score)
  const above = curve.at(index)
  const below = curve[index - 1]
  if (above === undefined) throw new RangeError('curve: expected points, got none')
  if (index < 1 || below === undefined) return above
  const share = (score - below.score) / (above.score - below.score)
  return {
    setting: below.setting + share * (above.setting - below.setting),
    rate: below.rate * (above.rate / below.rate) ** share,
  }
}
