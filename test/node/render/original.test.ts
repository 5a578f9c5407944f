import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { animationFile, drawAnimation } from '../../../src/bench/pictures/kinds/animation.ts'
import { photo } from '../../pictures.ts'
import { rawOf, rendered } from './pictures.ts'

const picture = () => rawOf(photo(60, 40))
const bytesOf = async (made: ReturnType<typeof picture>) => new Uint8Array(await made.toBuffer())

describe('f=original', () => {
  it.each([
    ['PNG', () => bytesOf(picture().png())],
    ['progressive JPEG', () => bytesOf(picture().jpeg({ progressive: true }))],
    ['lossless WebP', () => bytesOf(picture().webp({ lossless: true }))],
  ])('is a %s that decodes, or is refused', async (_, make) => {
    const file = await make()
    const sent = await rendered(file, 'f=original')
    expect(await sharp(sent).raw().toBuffer()).toEqual(await sharp(file).raw().toBuffer())
    const cut = file.subarray(0, Math.floor(file.length / 2))
    await expect(rendered(cut, 'f=original')).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
  })

  it('holds nothing of another file where the pixels of a PNG should be', async () => {
    const file = await bytesOf(picture().png())
    file.set(new TextEncoder().encode('SECRET-OWNER'), Math.floor(file.length / 2))
    await expect(rendered(file, 'f=original')).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
  })

  it.each([0x52, 0xdf])('is no JPEG that goes on behind its scan with marker %i', async (marker) => {
    const file = await bytesOf(picture().jpeg())
    const odd = Uint8Array.from([...file.subarray(0, -2), 0xff, marker, 0, 4, 1, 2, 0xff, 0xd9])
    await expect(rendered(odd, 'f=jpeg')).resolves.toBeDefined()
    await expect(rendered(odd, 'f=original')).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
  })

  it('is an animation of which all frames decode', async () => {
    const film = await animationFile(drawAnimation(24, 16, 3), 'webp')
    expect((await sharp(await rendered(film, 'f=original'), { animated: true }).metadata()).pages).toBe(3)
    const lastFrame = Buffer.from(film).lastIndexOf('ANMF') + 24
    const damaged = film.slice()
    damaged.fill(0, lastFrame, lastFrame + 20)
    await expect(rendered(damaged, 'f=original')).rejects.toMatchObject({ code: 'INPUT_CORRUPT' })
  })
})
