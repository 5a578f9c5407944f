/** Header with the size of a rendered picture, `640x427`, in answers of the origin. */
export const RENDERED_SIZE = 'Strata-Size'

/**
 * Header about an animation. The origin's response to an encode gives the number of frames of the original. The edge's
 * response is `first` when only the first frame is sent although the request did not ask for that.
 */
export const FRAMES_HEADER = 'Strata-Frames'
