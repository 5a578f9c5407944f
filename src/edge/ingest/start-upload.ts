import type { KeepAlive } from '../request/keep-alive.ts'
import { eventOf } from './events.ts'
import type { Jobs } from './jobs.ts'
import type { AcceptedUpload } from './upload.ts'

interface StartServices {
  readonly keepAlive: KeepAlive
  readonly jobs: () => Jobs
}

/**
 * Has an accepted upload encoded, tidies up after it and announces it. An upload that the queue refuses is taken back.
 * @param isWanted whether there is something to encode
 * @throws StrataError STORAGE_FAILED
 */
export async function startUpload(
  id: string,
  { state, isNew, cleanUp, undo }: AcceptedUpload,
  isWanted: boolean,
  services: StartServices,
): Promise<void> {
  const jobs = services.jobs()
  try {
    if (isWanted) await jobs.start({ id, token: state.token })
  } catch (error) {
    await undo().catch(() => undefined) // an upload that stays is accepted by the next, equal one
    throw error
  }
  services.keepAlive(cleanUp().catch(() => undefined)) // the sweep removes what is left
  if (isNew) await jobs.announce(eventOf(id, state))
}
