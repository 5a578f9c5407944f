/*
 * Kernels on integers between the networks: the latents of a strip, pass by pass (pass-store.ts of src/codec/compass), the
 * context and the latents that a layer's networks read (cell-kernel.ts), and pixels. A run is a range of channels of one
 * latent; its length is a multiple of 8. `runs` holds the index of the first value of each run in the strip as i32, or a
 * negative number for a run outside the strip.
 */
const CONTEXT_LIMIT: i16 = 255
const VALUE_LIMIT: i16 = 32767
/** Steps of a value per unit of a symbol. */
const MEAN_STEPS: i16 = 16

// @ts-ignore: decorator
@inline
function magnitude(values: v128): v128 {
  return i16x8.min_u(i16x8.abs(values), i16x8.splat(CONTEXT_LIMIT))
}

/** Copies the magnitudes of the runs' values, at most CONTEXT_LIMIT; zeros for runs outside. */
export function passMagnitudes(runs: usize, count: u32, channels: u32, values: usize, out: usize): void {
  const end = runs + ((<usize>count) << 2)
  for (; runs < end; runs += 4) {
    const run = load<i32>(runs)
    const stop = out + 2 * <usize>channels
    if (run < 0) {
      for (; out < stop; out += 16) v128.store(out, i64x2.splat(0))
    } else {
      for (let from = values + 2 * <usize>run; out < stop; out += 16, from += 16) {
        v128.store(out, magnitude(v128.load(from)))
      }
    }
  }
}

/** Copies (value + 4) >> 3 of the runs' values, limited to +-CONTEXT_LIMIT; zeros for runs outside. */
export function passHalves(runs: usize, count: u32, channels: u32, values: usize, out: usize): void {
  const high = i16x8.splat(CONTEXT_LIMIT)
  const low = i16x8.splat(-CONTEXT_LIMIT)
  const end = runs + ((<usize>count) << 2)
  for (; runs < end; runs += 4) {
    const run = load<i32>(runs)
    const stop = out + 2 * <usize>channels
    if (run < 0) {
      for (; out < stop; out += 16) v128.store(out, i64x2.splat(0))
    } else {
      for (let from = values + 2 * <usize>run; out < stop; out += 16, from += 16) {
        const half = i16x8.shr_s(i16x8.add_sat_s(v128.load(from), i16x8.splat(4)), 3)
        v128.store(out, i16x8.max_s(i16x8.min_s(half, high), low))
      }
    }
  }
}

/** Narrows the tables of a pass from i16 to bytes; 0 for runs outside. */
export function passTables(runs: usize, count: u32, channels: u32, wide: usize, out: usize): void {
  const end = runs + ((<usize>count) << 2)
  for (; runs < end; runs += 4) {
    const keep = i16x8.splat(load<i32>(runs) < 0 ? 0 : 255)
    for (const stop = out + <usize>channels; out < stop; out += 8, wide += 16) {
      const tables = v128.and(v128.load(wide), keep)
      v128.store64_lane(out, i8x16.narrow_i16x8_u(tables, tables), 0)
    }
  }
}

/** Stores the values (mean + MEAN_STEPS * symbol) and the tables of a pass into its runs of the strip. */
export function passStore(
  runs: usize,
  count: u32,
  channels: u32,
  means: usize,
  tables: usize,
  symbols: usize,
  values: usize,
  indexes: usize,
): void {
  const lowest = i16x8.splat(-VALUE_LIMIT)
  const step = i16x8.splat(MEAN_STEPS)
  const end = runs + ((<usize>count) << 2)
  for (; runs < end; runs += 4) {
    const run = load<i32>(runs)
    const stop = tables + <usize>channels
    if (run < 0) {
      tables = stop
      means += 2 * <usize>channels
      symbols += 2 * <usize>channels
      continue
    }
    let value = values + 2 * <usize>run
    let index = indexes + <usize>run
    for (; tables < stop; tables += 8, means += 16, symbols += 16, value += 16, index += 8) {
      const symbol = v128.load(symbols)
      const mean = v128.load(means)
      const low = i32x4.add(i32x4.extmul_low_i16x8_s(symbol, step), i32x4.extend_low_i16x8_s(mean))
      const high = i32x4.add(i32x4.extmul_high_i16x8_s(symbol, step), i32x4.extend_high_i16x8_s(mean))
      v128.store(value, i16x8.max_s(i16x8.narrow_i32x4_s(low, high), lowest))
      store<u64>(index, load<u64>(tables))
    }
  }
}

/** Copies the magnitudes and then the tables of the latents at the given columns (i32) of a row, cell after cell. */
export function cellContext(
  columns: usize,
  count: u32,
  channels: u32,
  values: usize,
  indexes: usize,
  out: usize,
): void {
  const end = columns + ((<usize>count) << 2)
  for (; columns < end; columns += 4) {
    const first = <usize>load<u32>(columns) * <usize>channels
    let stop = out + 2 * <usize>channels
    for (let from = values + 2 * first; out < stop; out += 16, from += 16) {
      v128.store(out, magnitude(v128.load(from)))
    }
    stop += 2 * <usize>channels
    for (let from = indexes + first; out < stop; out += 16, from += 8) {
      v128.store(out, i16x8.extend_low_i8x16_u(v128.load64_zero(from)))
    }
  }
}

/** Multiplies values by the gains (f64) of their channels, limits them to +-limit and rounds half up. */
export function cellDequantize(
  values: usize,
  cells: u32,
  channels: u32,
  gains: usize,
  limit: f64,
  out: usize,
): void {
  const high = f64x2.splat(limit)
  const low = f64x2.splat(-limit)
  const endOfGains = gains + ((<usize>channels) << 3)
  for (let cell: u32 = 0; cell < cells; cell++) {
    for (let gain = gains; gain < endOfGains; gain += 64, values += 16, out += 16) {
      const v = v128.load(values)
      const a = i32x4.extend_low_i16x8_s(v)
      const b = i32x4.extend_high_i16x8_s(v)
      const first = v128.shuffle<i32>(
        scaled(a, v128.load(gain), low, high),
        scaled(v128.shuffle<i32>(a, a, 2, 3, 2, 3), v128.load(gain, 16), low, high),
        0, 1, 4, 5,
      )
      const second = v128.shuffle<i32>(
        scaled(b, v128.load(gain, 32), low, high),
        scaled(v128.shuffle<i32>(b, b, 2, 3, 2, 3), v128.load(gain, 48), low, high),
        0, 1, 4, 5,
      )
      v128.store(out, i16x8.narrow_i32x4_s(first, second))
    }
  }
}

/** Dequantizes the lower two of four integers. */
// @ts-ignore: decorator
@inline
function scaled(values: v128, gains: v128, low: v128, high: v128): v128 {
  const product = f64x2.mul(f64x2.convert_low_i32x4_s(values), gains)
  const bounded = f64x2.pmin(f64x2.pmax(product, low), high)
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(f64x2.add(bounded, f64x2.splat(0.5))))
}

/** Converts samples (1/64 steps) to bytes. Reads up to 30 bytes and writes up to 15 beyond the end. */
export function cellBytes(samples: usize, count: u32, out: usize): void {
  const half = i16x8.splat(32)
  for (const end = out + <usize>count; out < end; out += 16, samples += 32) {
    const a = i16x8.shr_s(i16x8.add(v128.load(samples), half), 6)
    const b = i16x8.shr_s(i16x8.add(v128.load(samples, 16), half), 6)
    v128.store(out, i8x16.narrow_i16x8_u(a, b))
  }
}

/** Limits samples to [0, high] in place. Reads and writes up to the end of the last vector. */
export function cellBound(samples: usize, count: u32, high: i32): void {
  const most = i16x8.splat(<i16>high)
  for (const end = samples + 2 * <usize>count; samples < end; samples += 16) {
    v128.store(samples, i16x8.max_s(i16x8.min_s(v128.load(samples), most), i64x2.splat(0)))
  }
}
