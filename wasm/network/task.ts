/*
 * The task of a convolution: what src/network/task.ts writes into memory before it calls networkDense or
 * networkDepthwise. These kernels compute the ops of src/network/program.ts on tensors of 16-bit integers, channels
 * last. A cell is padded to a multiple of 4 channels; the content of the padding does not matter, because its weights
 * are zero.
 *
 * A convolution goes row by row and, inside a row, by blocks of 8 output channels (the last may have 4): first the
 * sums of the whole row into a scratch that stays in the first-level cache, then their scale, rounding and bounds.
 */

/** Byte offsets of the fields of a convolution's task, u32 each unless said otherwise. */
export const ROWS: usize = 0
export const CELLS: usize = 4
export const SEGMENTS: usize = 8
export const SEGMENTS_END: usize = 12
/** Output channels / 4, rounded up. */
export const VECTORS: usize = 16
export const WEIGHTS: usize = 20
export const BIAS: usize = 24
export const SCALE: usize = 28
export const SUMS: usize = 32
/** Pointer to an array of pointers: where each vector lies in the first cell of the output. */
export const TARGETS: usize = 36
export const TARGET_ROW: usize = 40
export const TARGET_CELL: usize = 44
export const IS_FLOOR: usize = 48
/** f32: factor of negative values; 1 without a leaky unit. */
export const SLOPE: usize = 52
/** i32 */
export const LOW: usize = 56
export const HIGH: usize = 60
/** Number of tensors to add, then pointer, row bytes and cell bytes of each. */
export const ADDS: usize = 64
export const ADD_0: usize = 68
export const ADD_1: usize = 80

/** A segment: pointer of the first tap of the first cell, row bytes, cell bytes; dense: bytes under the kernel. */
export const SEGMENT: usize = 16
