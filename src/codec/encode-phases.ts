/** Measured phases of an encode. The rest of its time is reading the picture and writing the file. */
export const ENCODE_PHASES = ['placeholder', 'resize', 'analysis', 'coding', 'synthesis', 'verify'] as const
export type EncodePhase = (typeof ENCODE_PHASES)[number]

/**
 * Runs a piece of work of a phase and returns its result. Pieces are nested, because a strip pulls what it depends on, but
 * they never run concurrently.
 */
export type ObservePhase = <T>(phase: EncodePhase, work: () => Promise<T>) => Promise<T>

export const unobserved: ObservePhase = (_, work) => work()
