/**
 * How glibc keeps memory that the origin has freed; other C libraries ignore it. Every thread of libvips, onnxruntime and Node would
 * otherwise get an arena of its own, up to eight for each core. What a picture leaves free in one of them serves no other thread and
 * does not go back to the system, so that the process grows with every thread that has ever held a large picture. glibc reads
 * these variables when a process begins (mallopt(3)), so the process itself cannot set them.
 */
const ALLOCATOR = {
  MALLOC_ARENA_MAX: '2',
  /** Bytes. A fixed value also ends the growth of the threshold from which on a block is given back at once. */
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const

/** The environment of an origin. What the caller's own says of the allocator holds. */
export function originEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...ALLOCATOR, ...env }
}
