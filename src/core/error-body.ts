/** The `{ error: { code, message } }` body of another part's answer; empty when it is something else. */
export async function readErrorBody(response: Response): Promise<{ code?: string; message?: string }> {
  try {
    const body: unknown = await response.json()
    const error = (body as { error?: { code?: unknown; message?: unknown } } | null)?.error
    return {
      ...(typeof error?.code === 'string' && { code: error.code }),
      ...(typeof error?.message === 'string' && { message: error.message.slice(0, 500) }),
    }
  } catch {
    return {}
  }
}
