/** Header with the size of a rendered picture, `640x427`, in answers of the origin. */
export const RENDERED_SIZE = 'Strata-Size'
