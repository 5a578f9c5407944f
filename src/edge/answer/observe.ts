import { StrataError } from '../../core/errors.ts'
import { parseImageName } from '../request/image-id.ts'
import type { KeepAlive } from '../request/keep-alive.ts'
import type { Variant } from '../variants/variant-store.ts'

/**
 * Where the body of an answer came from: a picture that the edge or the origin made now, or that the Cache API or the
 * bucket had; the stored `file` itself, or the original; `none`: no picture was sent (304, 202, an error).
 */
export type AnswerSource = Variant['by'] | 'file' | 'none'

/** One answer to `GET /img/:id`. */
export interface ImageAnswer {
  /** Without version and extension; empty where the address names no valid id. */
  readonly id: string
  /** The header `Strata-Plan`; empty where nothing was planned. */
  readonly plan: string
  readonly cache: AnswerSource
  /** HTTP status. */
  readonly status: number
  /** Content-Length; 0 where no body is sent. */
  readonly bytes: number
  /** From the request to the headers. Clocks of deployed Workers advance only on I/O. */
  readonly milliseconds: number
}

const sources = new WeakMap<Response, AnswerSource>()

/** Notes where the body came from. */
export function from(source: AnswerSource, response: Response): Response {
  sources.set(response, source)
  return response
}

/**
 * Answers, and tells `report` of it behind the answer, which it neither delays nor fails.
 * @throws whatever `answer` throws, after it was reported as what it will be answered as
 */
export async function observed(
  name: string,
  answer: () => Promise<Response>,
  report: (answer: ImageAnswer) => void | Promise<void>,
  keepAlive: KeepAlive,
): Promise<Response> {
  const start = Date.now()
  const tell = (facts: Pick<ImageAnswer, 'plan' | 'cache' | 'status' | 'bytes'>) => {
    const milliseconds = Date.now() - start
    keepAlive(later(() => report({ id: idOf(name), ...facts, milliseconds })))
  }
  try {
    const response = await answer()
    const { status, headers } = response
    const bytes = response.body === null ? 0 : Number(headers.get('Content-Length') ?? 0)
    tell({ plan: headers.get('Strata-Plan') ?? '', cache: sources.get(response) ?? 'none', status, bytes })
    return response
  } catch (error) {
    const status = error instanceof StrataError ? error.status : 500
    tell({ plan: '', cache: 'none', status, bytes: 0 })
    throw error
  }
}

/** In a task of its own, so that the answer goes out before. */
async function later(report: () => void | Promise<void>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0))
  try {
    await report()
  } catch (error) {
    console.error(JSON.stringify({ event: 'answer-hook-failed', message: String(error) }))
  }
}

function idOf(name: string): string {
  try {
    return parseImageName(name).image.id
  } catch {
    return ''
  }
}
