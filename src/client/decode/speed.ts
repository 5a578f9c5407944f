import { decodeRows } from '../../codec/compass/index.ts'
import { writeStrata } from '../../format/writer.ts'
import type { Runtime } from '../../runtime/types.ts'

/** Of the picture that is decoded for the measurement: one strip. */
const [WIDTH, HEIGHT] = [320, 256]
/** The first turn compiles the kernels. */
const TURNS = 2

/**
 * Pixels that this machine decodes in a millisecond now, by decoding a layer that holds nothing: nearly all of the time goes
 * into networks, whose work depends on the pixels only.
 * @returns undefined where it cannot be measured
 */
export async function measureSpeed(runtime: Runtime): Promise<number | undefined> {
  try {
    const size = { width: WIDTH, height: HEIGHT }
    const file = writeStrata({
      source: { ...size, sha256: '0'.repeat(32) },
      modelSet: runtime.manifest.modelSet,
      layers: [{ ...size, quality: 50, strips: [new Uint8Array(64)] }],
    })
    let speed: number | undefined
    for (let turn = 0; turn < TURNS; turn++) {
      const start = performance.now()
      for await (const strip of decodeRows(file, { runtime, layer: 0 }))
        speed = (strip.width * strip.height) / Math.max(performance.now() - start, 1)
    }
    return speed
  } catch {
    return undefined
  }
}
