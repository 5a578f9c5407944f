import sharp from 'sharp'

const BROWSER = { Accept: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8' }

export type Colour = readonly [red: number, green: number, blue: number]

/** Every picture has a colour of its own. */
export function colourOf(i: number): Colour {
  return [30 + ((i * 37) % 200), 30 + ((i * 91) % 200), 30 + ((i * 53) % 200)]
}

/** A small picture of one colour. */
export async function pngOf([r, g, b]: Colour): Promise<Uint8Array<ArrayBuffer>> {
  const background = { r, g, b }
  const png = await sharp({ create: { width: 60, height: 40, channels: 3, background } })
    .png()
    .toBuffer()
  return new Uint8Array(png)
}

/** The mean colour of what a browser gets. */
export async function look(address: string): Promise<Colour> {
  const response = await fetch(`${address}?w=32`, { headers: BROWSER })
  const body = new Uint8Array(await response.arrayBuffer())
  if (response.status !== 200) throw new Error(`${address}: HTTP ${response.status}, ${body.length} bytes`)
  const { channels } = await sharp(body, { failOn: 'warning' }).stats()
  return channels.slice(0, 3).map(({ mean }) => Math.round(mean)) as unknown as Colour
}

export function isNear(seen: Colour, colour: Colour): boolean {
  return seen.every((value, i) => Math.abs(value - (colour[i] ?? 0)) <= 8)
}
