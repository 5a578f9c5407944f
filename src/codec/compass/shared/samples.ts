/*
 * This folder holds what all other folders of src/codec/compass depend on: tables of a model set, geometry of layers and
 * strips, rows of samples, and the scales of numbers below. It imports no other folder of it.
 */

/** Samples between layers are 0..255 times this, in 16-bit integers. */
export const SAMPLE_SCALE = 64
/** Means and decoded latents are multiples of 1/16. */
export const MEAN_STEPS = 16
