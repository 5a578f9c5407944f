/**
 * Settings of glibc's allocator for memory that the origin has freed; other C libraries ignore them. Every thread of
 * libvips, onnxruntime and Node would otherwise get an arena of its own, up to eight for each core. Memory that is free
 * in one arena serves no other thread and is not returned to the system, so the process grows with every thread that
 * has ever held a large picture. glibc reads these variables when a process starts (mallopt(3)), so the process cannot
 * set them itself.
 */
const ALLOCATOR = {
  MALLOC_ARENA_MAX: '2',
  /** Bytes. A fixed value also disables the dynamic growth of the threshold above which blocks are returned at once. */
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const

/** The environment of an origin. Allocator settings of the caller's environment take precedence. */
export function originEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...ALLOCATOR, ...env }
}
