import { existsSync } from 'node:fs'

/** A browser that the tests drive. Each kind has a protocol of its own, so this is what all of them can do. */
export interface Engine {
  /** As the browser says it. */
  readonly version: string
  /** A tab of some 1400 x 1000 CSS pixels with a profile of its own: nothing is cached. */
  open(): Promise<Tab>
  close(): Promise<void>
}

/** Pixels of the viewport. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface Tab {
  /** Returns when the page has loaded. */
  goto(address: string): Promise<void>
  /** @returns the value of a JavaScript expression, awaited; it must be JSON */
  evaluate(expression: string): Promise<unknown>
  /** @returns the viewport as a PNG file */
  screenshot(): Promise<Uint8Array>
  /** Moves the mouse through these points; with `press`, its first button is down from the first to the last. */
  move(points: readonly Point[], press?: boolean): Promise<void>
  close(): Promise<void>
}

export interface EngineKind {
  readonly name: string
  /** Programs that it needs. */
  readonly programs: readonly string[]
  launch(): Promise<Engine>
}

/** The first program that an engine lacks here. */
export function missingProgram({ programs }: EngineKind): string | undefined {
  return programs.find((path) => !existsSync(path))
}

/** Calls a function in the page. @param args JSON */
export async function call<T, A extends readonly unknown[]>(
  tab: Tab,
  body: (...args: A) => T | Promise<T>,
  ...args: A
): Promise<T> {
  const list = args.map((arg) => JSON.stringify(arg) ?? 'undefined').join()
  return (await tab.evaluate(`(${body})(${list})`)) as T
}

/** The expression, awaited, as a JSON text: protocols encode other values each in their own way. */
export function asJson(expression: string): string {
  return `Promise.resolve(${expression}).then((value) => JSON.stringify(value) ?? 'null')`
}
