/** Models and kernels in Cache Storage, under their address and SHA-256. */
export const MODEL_CACHE = 'strata-models-v1'
/** First bytes of images' files in Cache Storage. */
export const IMAGE_CACHE = 'strata-images-v1'
