/** Parts of an encode that can be told apart; what is left is reading the picture and writing the file. */
export const ENCODE_PHASES = ['placeholder', 'resize', 'analysis', 'coding', 'synthesis', 'verify'] as const
export type EncodePhase = (typeof ENCODE_PHASES)[number]

/**
 * Stands around each piece of work, and gives what it gives. Pieces lie inside one another, since a strip pulls what it
 * depends on, but no two run beside each other.
 */
export type ObservePhase = <T>(phase: EncodePhase, work: () => Promise<T>) => Promise<T>

export const unobserved: ObservePhase = (_, work) => work()
