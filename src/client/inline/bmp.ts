const HEADER_BYTES = 54

/**
 * A BMP of interleaved R, G, B, 24 bits a pixel. All browsers show it, and unlike a PNG it needs neither checksums nor a
 * compressor here; it never leaves the page.
 */
export function bmpOf(width: number, height: number, rgb: Uint8ClampedArray): Uint8Array {
  const rowBytes = 4 * Math.ceil((3 * width) / 4)
  const file = new Uint8Array(HEADER_BYTES + rowBytes * height)
  const view = new DataView(file.buffer)
  const put = (at: number, value: number) => view.setInt32(at, value, true)
  file.set([0x42, 0x4d]) // BM
  put(2, file.length)
  put(10, HEADER_BYTES)
  put(14, 40) // bytes of a BITMAPINFOHEADER
  put(18, width)
  put(22, -height) // negative: rows from top to bottom
  put(26, 1 | (24 << 16)) // one plane, 24 bits a pixel
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        file[HEADER_BYTES + y * rowBytes + 3 * x + channel] = rgb[3 * (y * width + x) + 2 - channel]!
      }
    }
  }
  return file
}
