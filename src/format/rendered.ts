/** Header with the size of a rendered picture, `640x427`, in answers of the origin. */
export const RENDERED_SIZE = 'Strata-Size'

/**
 * Header about an animation: in answers of the origin to an upload, how many frames the original has; in answers of the
 * edge, `first` where only the first frame is sent although nobody asked for that.
 */
export const FRAMES_HEADER = 'Strata-Frames'
