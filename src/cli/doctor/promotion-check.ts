import { messageOf } from '../../core/errors.ts'
import { listImages } from '../edge-images.ts'
import { authorization, type Info, imageUrl, readInfo, type UploadTarget } from '../edge-request.ts'
import { type Check, checked } from './check.ts'
import { ask } from './deployment-reader.ts'

/** Number of images whose variants are counted: each costs one listing of the bucket. */
const COUNTED = 20

/**
 * Reports whether popular variants are promoted, and how many were. It never fails, because promotion is optional.
 * @param info of the image that was just uploaded
 */
export async function checkPromotion(target: UploadTarget, id: string, info: Info): Promise<Check> {
  const say = (state: 'ok' | 'skipped', detail: string) => checked('promotion', state, detail)
  try {
    if (info.pictures === undefined)
      return say('skipped', 'none: pictures are not kept in the bucket (option persist, PERSIST)')
    const counted = await countPictures(target)
    if (info.pictures.promotes) return say('ok', `on; ${counted}`)
    const original = await ask(`${imageUrl(target, id)}/original`, {
      method: 'HEAD',
      headers: authorization(target),
    })
    const reason = original.ok
      ? 'the option is off (promote, PROMOTE)'
      : 'originals are not kept (option keepOriginal)'
    return say('skipped', `none: ${reason}; ${counted}`)
  } catch (error) {
    return say('skipped', `not known: ${messageOf(error)}`)
  }
}

async function countPictures(target: UploadTarget): Promise<string> {
  const sum = { images: 0, kept: 0, promoted: 0 }
  for await (const { id, state } of listImages(target)) {
    if (state !== 'ready') continue
    const { pictures } = await readInfo(id, target)
    sum.images++
    sum.kept += pictures?.kept ?? 0
    sum.promoted += pictures?.promoted ?? 0
    if (sum.images === COUNTED) break
  }
  return `of the first ${sum.images} images ${sum.kept} pictures are kept, ${sum.promoted} of them promoted`
}
