/** Records dispatches and submits them in pieces that no driver's watchdog minds, each between error scopes. */
import type { GpuDevice } from './gpuDevice.ts'

/** §10.2 no. 5: one submission aims at 100 ms at most; half of that, since estimates are estimates. */
const SUBMISSION_MS_MAX = 50
/** A uniform buffer of one dispatch; offsets must be multiples of 256. */
const SLOT_BYTES = 256
const SLOTS_MAX = 256
const WORKGROUPS_MAX = 65_535

export interface Dispatch {
  readonly pipeline: GPUComputePipeline
  /** In the order of their bindings; the uniform comes after the last. */
  readonly buffers: readonly GPUBuffer[]
  /** Words of the kernel's `Shape`. */
  readonly shape: readonly number[]
  readonly groups: readonly [number, number, number]
  /** Estimate of the time that it takes. */
  readonly costMs?: number
}

export interface Recorder {
  dispatch(dispatch: Dispatch): void
  clear(buffer: GPUBuffer, bytes: number): void
  copy(source: GPUBuffer, target: GPUBuffer, bytes: number, targetOffset?: number): void
  /** Writes after everything recorded so far and before everything recorded later. */
  write(buffer: GPUBuffer, data: Int8Array | Int32Array | Uint32Array, offsetBytes?: number): void
  flush(): void
  /** Submits the rest; rejects with a `GpuError` when any submission failed. */
  finish(): Promise<void>
  /** Forgets bind groups, whose buffers may be destroyed afterwards. */
  forget(): void
  close(): void
}

/** A dispatch needs a pass, a clear or a copy must stand outside of one. */
type Step =
  | { readonly kind: 'dispatch'; readonly run: (pass: GPUComputePassEncoder) => void }
  | { readonly kind: 'transfer'; readonly run: (encoder: GPUCommandEncoder) => void }

/** Numbers for the keys of cached bind groups. */
const numbers = new WeakMap<object, number>()
let lastNumber = 0

function numberOf(object: object): number {
  let number = numbers.get(object)
  if (number === undefined) {
    number = ++lastNumber
    numbers.set(object, number)
  }
  return number
}

export async function createRecorder(gpu: GpuDevice): Promise<Recorder> {
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST
  const uniforms = await gpu.scoped('uniforms', () => gpu.device.createBuffer({ size: SLOT_BYTES * SLOTS_MAX, usage }))
  return new QueueRecorder(gpu, uniforms)
}

class QueueRecorder implements Recorder {
  readonly #gpu: GpuDevice
  readonly #uniforms: GPUBuffer
  readonly #shapes = new Uint32Array((SLOT_BYTES * SLOTS_MAX) / 4)
  readonly #bindGroups = new Map<string, GPUBindGroup>()
  #steps: Step[] = []
  #slots = 0
  #costMs = 0
  #submissions: Promise<void>[] = []

  constructor(gpu: GpuDevice, uniforms: GPUBuffer) {
    this.#gpu = gpu
    this.#uniforms = uniforms
  }

  dispatch({ pipeline, buffers, shape, groups, costMs = 0 }: Dispatch): void {
    if (Math.max(...groups) > WORKGROUPS_MAX) throw new RangeError(`${groups} workgroups`)
    if (this.#slots === SLOTS_MAX || (this.#slots > 0 && this.#costMs + costMs > SUBMISSION_MS_MAX)) this.flush()
    const slot = this.#slots++
    this.#costMs += costMs
    this.#shapes.set(shape, (slot * SLOT_BYTES) / 4)
    const run = (pass: GPUComputePassEncoder): void => {
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, this.#bindGroup(pipeline, buffers, slot, shape.length))
      pass.dispatchWorkgroups(...groups)
    }
    this.#steps.push({ kind: 'dispatch', run })
  }

  clear(buffer: GPUBuffer, bytes: number): void {
    this.#steps.push({ kind: 'transfer', run: (encoder) => encoder.clearBuffer(buffer, 0, bytes) })
  }

  copy(source: GPUBuffer, target: GPUBuffer, bytes: number, targetOffset = 0): void {
    const run = (encoder: GPUCommandEncoder): void => encoder.copyBufferToBuffer(source, 0, target, targetOffset, bytes)
    this.#steps.push({ kind: 'transfer', run })
  }

  write(buffer: GPUBuffer, data: Int8Array | Int32Array | Uint32Array, offsetBytes = 0): void {
    this.flush()
    this.#watch(
      this.#gpu.scoped('write', () =>
        this.#gpu.device.queue.writeBuffer(buffer, offsetBytes, data as GPUAllowSharedBufferSource),
      ),
    )
  }

  flush(): void {
    if (this.#steps.length === 0) return
    const steps = this.#steps
    const slots = this.#slots
    this.#steps = []
    this.#slots = 0
    this.#costMs = 0
    this.#watch(this.#gpu.scoped('submission', () => this.#submit(steps, slots)))
  }

  /** A failure is told by finish(); until then nobody else listens. */
  #watch(work: Promise<void>): void {
    work.catch(() => {})
    this.#submissions.push(work)
  }

  async finish(): Promise<void> {
    this.flush()
    const submissions = this.#submissions
    this.#submissions = []
    await Promise.all(submissions)
  }

  forget(): void {
    this.#bindGroups.clear()
  }

  close(): void {
    this.forget()
    this.#uniforms.destroy()
  }

  #submit(steps: readonly Step[], slots: number): void {
    const { queue } = this.#gpu.device
    queue.writeBuffer(this.#uniforms, 0, this.#shapes, 0, (slots * SLOT_BYTES) / 4)
    const encoder = this.#gpu.device.createCommandEncoder()
    let pass: GPUComputePassEncoder | undefined
    for (const step of steps) {
      if (step.kind === 'dispatch') {
        pass ??= encoder.beginComputePass()
        step.run(pass)
      } else {
        pass?.end()
        pass = undefined
        step.run(encoder)
      }
    }
    pass?.end()
    queue.submit([encoder.finish()])
  }

  #bindGroup(pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[], slot: number, words: number): GPUBindGroup {
    const key = `${numberOf(pipeline)}:${buffers.map(numberOf).join()}:${slot}`
    const known = this.#bindGroups.get(key)
    if (known) return known
    const entries: GPUBindGroupEntry[] = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }))
    const size = Math.max(16, Math.ceil(words / 4) * 16)
    entries.push({
      binding: buffers.length,
      resource: { buffer: this.#uniforms, offset: slot * SLOT_BYTES, size },
    })
    const group = this.#gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
    this.#bindGroups.set(key, group)
    return group
  }
}
