/** Header with the size of a rendered picture, `640x427`, in answers of the origin. */
export const RENDERED_SIZE = 'Strata-Size'

/**
 * Header of an answer about an animation: of `POST /encode` the number of frames that the original has; of a picture `first`,
 * where only the first frame is in it.
 */
export const FRAMES = 'Strata-Frames'
