import { holdsPictures } from '../../format/coding.ts'
import { describeHeader } from '../../format/describe.ts'
import { readPictureLayer, readStrips } from '../../format/layers.ts'
import { truncateToLayer, upgradeRange } from '../../format/ranges.ts'
import { headerLength, readHeader, wholeLayers } from '../../format/reader.ts'
import type { Random } from '../random.ts'

/** Reads everything that the container offers. */
export function readEverything(file: Uint8Array, random: Random): void {
  headerLength(file)
  const header = readHeader(file)
  describeHeader(header)
  const whole = wholeLayers(header, file.length)
  if (header.layers.length > 1) upgradeRange(header, 0, header.layers.length - 1)
  if (whole > 0) truncateToLayer(file, random.below(whole))
  for (const layer of header.layers) {
    if (holdsPictures(header)) {
      readPictureLayer(file, layer)
      continue
    }
    const strips = readStrips(file, layer)
    for (let i = 0; i < strips.count; i++) strips.strip(i)
  }
}
