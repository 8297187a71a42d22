/** What the host and its threads share beside the memories: a few words, and the loop that takes tasks from them. */

/** Places in the control words. */
export const CONTROL = {
  /** Rises with every job, and when there is news on a thread's port: sleeping threads wait on it. */
  generation: 0,
  /** Tasks that nobody has taken, counted down; a lane that gets 0 or less has none. */
  left: 1,
  /** Tasks that are done; the host waits on it. */
  done: 2,
  tasks: 3,
  kernel: 4,
  memory: 5,
  /** 1 once a kernel has trapped. */
  trapped: 6,
  closing: 7,
  /** Place of the kernel that follows in each task, and 1; 0 where none does. */
  next: 8,
} as const
export const CONTROL_WORDS = 9

/** Exports of kernels.wasm, by their place in the control word `kernel`. */
export const KERNELS = [
  'spreadCodes',
  'spreadDirections',
  'dotRowsOne',
  'dotRowsMany',
  'dotRowsWideOne',
  'dotRowsWideMany',
  'dampen',
  'mixRowsOne',
  'mixRowsMany',
  'joinSums',
  'correct',
  'findTops',
  'sumTerms',
  'hashMessages',
  'guardNorms',
  'guardRows',
] as const
export type KernelName = (typeof KERNELS)[number]

export type KernelFunction = (task: number, lane: number) => void
export type KernelExports = Readonly<Record<KernelName, KernelFunction>>

export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports
}

/** Jobs of one score follow each other faster than a sleeping thread wakes: so long a lane looks up before it sleeps. */
const LOOK_MS = 0.05

/** Waits until a control word is no longer `value`, or for `timeoutMs`. */
export function waitForChange(control: Int32Array, word: number, value: number, timeoutMs?: number): void {
  const untilMs = performance.now() + LOOK_MS
  while (Atomics.load(control, word) === value) {
    if (performance.now() < untilMs) continue
    Atomics.wait(control, word, value, timeoutMs)
    return
  }
}

/** What a thread learns through its port. */
export type LaneMessage =
  | { readonly kind: 'attach'; readonly id: number; readonly memory: WebAssembly.Memory }
  | { readonly kind: 'detach'; readonly id: number }

export interface LaneData {
  readonly control: Int32Array
  readonly module: WebAssembly.Module
  /** 1, 2, …; lane 0 is the host. */
  readonly lane: number
}

/**
 * Runs tasks of the job until none is left. The count falls from the number of tasks, so a lane that comes late to a job
 * that is over takes nothing, whatever the host prepares meanwhile.
 */
export function runTasks(control: Int32Array, lane: number, exportsOf: (memory: number) => KernelExports): void {
  for (;;) {
    const left = Atomics.sub(control, CONTROL.left, 1)
    if (left <= 0) return
    try {
      const kernels = exportsOf(Atomics.load(control, CONTROL.memory))
      kernels[KERNELS[Atomics.load(control, CONTROL.kernel)]!](left - 1, lane)
      const next = Atomics.load(control, CONTROL.next)
      if (next !== 0) kernels[KERNELS[next - 1]!](left - 1, lane)
    } catch (error) {
      Atomics.store(control, CONTROL.trapped, 1)
      throw error
    } finally {
      const done = Atomics.add(control, CONTROL.done, 1) + 1
      if (done === Atomics.load(control, CONTROL.tasks)) Atomics.notify(control, CONTROL.done)
    }
  }
}
