/** The lanes of the WebAssembly twin: the host and its threads, started once, that share out the tasks of one job. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { collectGarbage } from './collectGarbage.ts'
import { compileModule, VECTOR_BITS_MAX, type VectorBits } from './compileModule.ts'
import {
  CONTROL,
  CONTROL_WORDS,
  instantiateKernels,
  KERNELS,
  type KernelExports,
  type KernelName,
  type LaneData,
  type LaneMessage,
  runTasks,
  waitForChange,
} from './laneControl.ts'

/** When no task is left to take, the others need at most one more each: so long the host sleeps without looking up. */
const SLEEP_MS = 20
/** More lanes than this only wait for memory. */
export const LANES_MAX = 64

/** Memories that wait for another borrower: of the guard, and of small indexes. */
const IDLE_BYTES_MAX = 2 ** 26
const IDLE_MEMORIES_MAX = 4
/** Pages of 64 KiB; 4 GiB are all that 32 bits address. */
const PAGES_MIN = 2
const PAGES_MAX = 65_536

export type WasmErrorCode = 'WasmUnavailable' | 'WasmSelfTest' | 'WasmLost' | 'OutOfMemory'

/** WebAssembly, or a thread of it, has failed; the back end is of no more use. */
export class WasmError extends Error {
  readonly code: WasmErrorCode
  constructor(code: WasmErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'WasmError'
    this.code = code
  }
}

export interface LaneMemoryLoan {
  readonly id: number
  readonly memory: WebAssembly.Memory
}

function createMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: PAGES_MIN, maximum: PAGES_MAX, shared: true })
  } catch (cause) {
    throw new WasmError('OutOfMemory', 'no address space for a WebAssembly memory', cause)
  }
}

export class Lanes {
  readonly count: number
  readonly vectorBits: VectorBits
  readonly #module: WebAssembly.Module
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS))
  readonly #threads: readonly Worker[]
  readonly #attached = new Map<number, KernelExports>()
  readonly #lost: Promise<never>
  #lose: (error: WasmError) => void = () => {}
  #loss: WasmError | undefined
  readonly #idle: LaneMemoryLoan[] = []
  #nextMemory = 1
  /** Calls run one after another: they share the lanes and their memories. */
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(count: number, vectorBits: VectorBits) {
    this.count = count
    this.vectorBits = vectorBits
    this.#module = compileModule(vectorBits)
    this.#lost = new Promise((_, reject) => {
      this.#lose = (error) => {
        this.#loss ??= error
        reject(this.#loss)
      }
    })
    // Those who wait for it race against it; nobody may be waiting.
    this.#lost.catch(() => {})
    this.#threads = Array.from({ length: count - 1 }, (_, i) => this.#startThread(i + 1))
  }

  /** Starts `count − 1` threads beside the host and waits until they run. */
  static async open(count: number, vectorBits = VECTOR_BITS_MAX): Promise<Lanes> {
    try {
      const lanes = new Lanes(count, vectorBits)
      const ready = lanes.#threads.map((thread) => new Promise((resolve) => thread.once('message', resolve)))
      await Promise.race([Promise.all(ready), lanes.#lost]).catch((error: unknown) => {
        lanes.close()
        throw error
      })
      for (const thread of lanes.#threads) thread.unref()
      return lanes
    } catch (error) {
      throw new WasmError('WasmUnavailable', (error as Error).message, error)
    }
  }

  #startThread(lane: number): Worker {
    const data: LaneData = { control: this.#control, module: this.#module, lane }
    const file = new URL(`./laneThread${extname(import.meta.url)}`, import.meta.url)
    // A lane makes no objects to speak of.
    const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 }
    const thread = new Worker(file, { workerData: data, resourceLimits })
    thread.on('error', (error) => this.#lose(new WasmError('WasmLost', `thread ${lane}: ${error.message}`, error)))
    thread.on('exit', (code) => this.#lose(new WasmError('WasmLost', `thread ${lane} ended with ${code}`)))
    return thread
  }

  /** Ends one thread as a crash would; what follows is a `WasmLost`. */
  async killThread(lane: number): Promise<void> {
    await this.#threads[lane - 1]!.terminate()
  }

  /** A memory that all lanes know, as another borrower left it; give it back with `returnMemory`. */
  borrowMemory(): LaneMemoryLoan {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const memory = createMemory()
    const id = this.#nextMemory++
    this.#attached.set(id, instantiateKernels(this.#module, memory))
    this.#tell({ kind: 'attach', id, memory })
    return { id, memory }
  }

  /** Keeps small ones for the next borrower; large ones go at once. */
  returnMemory(loan: LaneMemoryLoan): void {
    if (loan.memory.buffer.byteLength <= IDLE_BYTES_MAX && this.#idle.length < IDLE_MEMORIES_MAX) {
      this.#idle.push(loan)
      return
    }
    this.#attached.delete(loan.id)
    this.#tell({ kind: 'detach', id: loan.id })
    this.#wake(this.count)
    // Not now: the borrower still holds it.
    setImmediate(collectGarbage)
  }

  #tell(message: LaneMessage): void {
    for (const thread of this.#threads) thread.postMessage(message)
  }

  #wake(count: number): void {
    Atomics.add(this.#control, CONTROL.generation, 1)
    Atomics.notify(this.#control, CONTROL.generation, count)
  }

  /** Runs `body` alone: what it writes to a memory is still there when its jobs run. */
  alone<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(body)
    this.#queue = result.catch(() => {})
    return result
  }

  /**
   * Runs tasks 0 … tasks − 1 of a kernel, each followed by the same task of `next` if there is one; wakes threads for
   * `lanesMax` lanes, but any that is awake may take one. Blocks the host while it has tasks itself; throws a `WasmError`
   * when a thread is lost or a kernel traps.
   */
  async run(
    memory: number,
    kernel: KernelName,
    tasks: number,
    { lanesMax = this.count, next }: { lanesMax?: number; next?: KernelName | undefined } = {},
  ): Promise<void> {
    if (this.#loss) throw this.#loss
    if (tasks === 0) return
    const control = this.#control
    Atomics.store(control, CONTROL.kernel, KERNELS.indexOf(kernel))
    Atomics.store(control, CONTROL.next, next === undefined ? 0 : KERNELS.indexOf(next) + 1)
    Atomics.store(control, CONTROL.memory, memory)
    Atomics.store(control, CONTROL.tasks, tasks)
    Atomics.store(control, CONTROL.done, 0)
    Atomics.store(control, CONTROL.left, tasks)
    const helpers = Math.min(lanesMax, this.count, tasks) - 1
    if (helpers > 0) this.#wake(helpers)
    try {
      runTasks(control, 0, (id) => this.#attached.get(id)!)
    } catch (error) {
      this.#lose(new WasmError('WasmLost', `${kernel} trapped: ${(error as Error).message}`, error))
      throw this.#loss
    }
    if (Atomics.load(control, CONTROL.done) < tasks) await this.#join(tasks)
    // A thread's error comes as an event.
    if (Atomics.load(control, CONTROL.trapped) !== 0) await this.#awake(() => this.#lost)
  }

  /** Sleeping threads keep no process alive; while `body` waits for them they do. */
  async #awake(body: () => Promise<void>): Promise<void> {
    for (const thread of this.#threads) thread.ref()
    try {
      await body()
    } finally {
      for (const thread of this.#threads) thread.unref()
    }
  }

  async #join(tasks: number): Promise<void> {
    const control = this.#control
    const untilMs = performance.now() + SLEEP_MS
    for (let done = Atomics.load(control, CONTROL.done); done < tasks; done = Atomics.load(control, CONTROL.done)) {
      const leftMs = untilMs - performance.now()
      if (leftMs <= 0) return this.#awake(() => this.#joinLater(tasks))
      waitForChange(control, CONTROL.done, done, leftMs)
    }
  }

  /** Lets events through, so that a lost thread is seen. */
  async #joinLater(tasks: number): Promise<void> {
    const control = this.#control
    for (let done = Atomics.load(control, CONTROL.done); done < tasks; done = Atomics.load(control, CONTROL.done)) {
      const { value } = Atomics.waitAsync(control, CONTROL.done, done)
      await Promise.race([value, this.#lost])
    }
  }

  close(): void {
    this.#lose(new WasmError('WasmLost', 'the back end was closed'))
    Atomics.store(this.#control, CONTROL.closing, 1)
    this.#wake(this.count)
    this.#attached.clear()
    this.#idle.length = 0
    for (const thread of this.#threads) void thread.terminate()
  }
}
