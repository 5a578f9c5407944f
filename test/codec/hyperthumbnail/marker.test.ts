import { describe, expect, it } from 'vitest'
import {
  checksumOf,
  findMarker,
  type Marker,
  markerSegment,
} from '../../../src/codec/hyperthumbnail/marker.ts'
import { crc32c } from '../../../src/core/crc32c.ts'
import { jpegLayout } from '../../../src/pixels/jpeg/layout.ts'

const MARKER: Marker = {
  factor: 2,
  quality: 75,
  strength: 50,
  model: '0011223344556677',
  high: { width: 1280, height: 853 },
  checksum: 0xdeadbeef,
}

describe('the marker of a HyperThumbnail', () => {
  it('has the documented layout', () => {
    const { marker, data } = markerSegment(MARKER)
    expect(marker).toBe(0xe9)
    expect(Buffer.from(data).toString('hex')).toBe(
      ['53545241544100', '02', '02', '4b', '32', '0011223344556677', '0005', '5503', 'efbeadde'].join(''),
    )
  })

  it('is found among other segments', () => {
    const foreign = { marker: 0xe9, data: new TextEncoder().encode('STRATA and more than enough bytes') }
    expect(findMarker([{ marker: 0xe0, data: new Uint8Array(14) }, foreign, markerSegment(MARKER)])).toEqual(
      MARKER,
    )
    expect(findMarker([foreign])).toBeUndefined()
  })

  it('is ignored when it is of another version, cut or lengthened', () => {
    const { marker, data } = markerSegment(MARKER)
    const other = data.slice()
    other[7] = 1
    for (const bytes of [other, data.slice(0, -1), new Uint8Array([...data, 0])]) {
      expect(findMarker([{ marker, data: bytes }])).toBeUndefined()
    }
  })

  it('has a checksum over the coefficients, component by component', () => {
    const layout = jpegLayout(16, 8, '444')
    const scan = Int16Array.from({ length: 6 * 64 }, (_, i) => (i * 37) % 2000) // Y Cb Cr Y Cb Cr
    const order = [0, 3, 1, 4, 2, 5].flatMap((block) => [...scan.subarray(64 * block, 64 * block + 64)])
    const bytes = Uint8Array.from(order.flatMap((value) => [value & 255, (value >> 8) & 255]))
    expect(checksumOf({ layout, scan })).toBe(crc32c(bytes))
  })
})
