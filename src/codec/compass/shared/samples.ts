/*
 * Numbers of the layered codec that decoder and encoder, kernels and networks share. This room holds what everything else in
 * src/codec/compass builds on: tables of a model set, geometry of layers and strips, rows of samples. It imports no other room.
 */

/** Samples of pictures between layers: 0..255 times this, in 16-bit integers. */
export const SAMPLE_SCALE = 64
/** Means are multiples of 1/16, and so are decoded latents. */
export const MEAN_STEPS = 16
