import { WebSocket } from 'undici'

type Answer =
  | { readonly type: 'success'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: string; readonly message: string }
  | { readonly type: 'event' }

/** A client of WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): commands are numbered, answers carry the number. */
export class BidiConnection {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  #next = 1

  static async open(address: string): Promise<BidiConnection> {
    const socket = new WebSocket(address)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true })
      socket.addEventListener('error', ({ error }) => reject(error), { once: true })
    })
    return new BidiConnection(socket)
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data)) as Answer))
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error('the browser has closed the connection'))
      this.#waiting.clear()
    })
  }

  /** @throws Error what the browser answers, or when it ends */
  async send<T>(method: string, params: object): Promise<T> {
    const id = this.#next++
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#socket.send(JSON.stringify({ id, method, params }))
    return (await answer) as T
  }

  close(): void {
    this.#socket.close()
  }

  #receive(answer: Answer): void {
    if (answer.type === 'event') return
    const command = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (answer.type === 'success') command?.resolve(answer.result)
    else command?.reject(new Error(`${answer.error}: ${answer.message}`))
  }
}
