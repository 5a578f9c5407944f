import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { Broker } from '../../../src/bench/faults/broker.ts'
import type { WorkerLink } from '../../../src/bench/faults/host.ts'
import type { BatchResult, Sent } from '../../../src/bench/faults/messages.ts'
import { Weather } from '../../../src/bench/faults/weather.ts'

type Answer = 'ack' | 'die' | number

/** @param answer what the consumer makes of each delivery: `ack`, its death, or seconds after which it wants it again */
async function startBroker(answer: (message: Sent, nth: number) => Answer | Promise<Answer> = () => 'ack') {
  const weather = new Weather(() => 0)
  const delivered: (Sent & { readonly queue: string })[] = []
  let isUp = true
  const link: Pick<WorkerLink, 'deliver'> = {
    async deliver(queue, [message]): Promise<BatchResult> {
      delivered.push({ ...message!, queue })
      const outcome = await answer(message!, delivered.length)
      if (outcome === 'die') throw new Error('the process has ended')
      const retried = typeof outcome === 'number' ? [{ msgId: message!.id, delaySeconds: outcome }] : []
      const acked = retried.length > 0 ? [] : [message!.id]
      return {
        outcome: 'ok',
        ackAll: false,
        retryBatch: { retry: false },
        explicitAcks: acked,
        retryMessages: retried,
      }
    },
  }
  const broker = new Broker(weather, () => (isUp ? (link as WorkerLink) : undefined))
  const url = await broker.open()
  onTestFinished(() => broker.close())
  return {
    broker,
    weather,
    delivered,
    setUp(up: boolean) {
      isUp = up
    },
    send: async (body: string) =>
      (await fetch(url, { method: 'POST', body: JSON.stringify({ body, delaySeconds: 0 }) })).status,
    async until(deliveries: number) {
      while (delivered.length < deliveries || broker.length > 0) await sleep(10)
      return delivered.map(({ body }) => body)
    },
  }
}

it('the queue keeps a message until it is acknowledged, by the same id', async () => {
  const { send, until, delivered } = await startBroker(
    (_, nth) => (['die', 0, 'ack'] as const)[nth - 1] ?? 'ack',
  )
  expect(await send('a')).toBe(204)
  expect(await until(3)).toEqual(['a', 'a', 'a'])
  expect(new Set(delivered.map(({ id }) => id)).size).toBe(1)
  expect(delivered.map(({ attempts }) => attempts)).toEqual([1, 2, 3])
})

it('the queue waits for a consumer', async () => {
  const { send, until, setUp, broker } = await startBroker()
  setUp(false)
  await send('a')
  await sleep(150)
  expect(broker.length).toBe(1)
  setUp(true)
  expect(await until(1)).toEqual(['a'])
})

it('a message that is delivered too often goes to the dead letters', async () => {
  const { send, until, delivered } = await startBroker(({ attempts }) => (attempts > 20 ? 'ack' : 0))
  await send('a')
  await until(21)
  expect(delivered.at(-1)?.queue).toBe('strata-jobs')
  const refused = await startBroker((_, nth) => (nth <= 21 ? 0 : 'ack'))
  await refused.send('a')
  await refused.until(22)
  expect(refused.delivered.at(-1)).toMatchObject({ queue: 'strata-jobs-dead', attempts: 1 })
})

it('the queue refuses', async () => {
  const { send, weather, broker } = await startBroker()
  weather.set({ queue: 'refuse' })
  expect(await send('a')).toBe(503)
  expect(broker.length).toBe(0)
})

it('the queue delivers twice', async () => {
  const { send, weather, until, delivered } = await startBroker()
  weather.set({ queue: 'duplicate' })
  await send('a')
  expect(await until(2)).toEqual(['a', 'a'])
  expect(new Set(delivered.map(({ id }) => id)).size).toBe(1)
})

it('the queue delivers in another order', async () => {
  const { send, weather, until, setUp } = await startBroker()
  setUp(false)
  for (const body of ['a', 'b', 'c']) await send(body)
  weather.set({ queue: 'reorder' })
  setUp(true)
  expect(await until(3)).toEqual(['c', 'b', 'a'])
})

it('the queue delivers late', async () => {
  const { send, weather, until, delivered } = await startBroker()
  weather.set({ queue: 'delay' })
  await send('a')
  while (weather.seen['queue delay'] === undefined) await sleep(10)
  weather.clear()
  await sleep(200)
  expect(delivered).toEqual([])
  expect(await until(1)).toEqual(['a'])
})
