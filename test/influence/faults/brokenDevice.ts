/**
 * Preloaded into an influence worker (`node --import`): breaks the WebGPU objects under it as drivers do. `BROKEN_DEVICE`
 * says how; with `BROKEN_WHILE` only as long as that file exists.
 */
import { existsSync } from 'node:fs'
import { globals } from 'webgpu'

const fault = process.env['BROKEN_DEVICE']
const file = process.env['BROKEN_WHILE']
const isBroken = (): boolean => file === undefined || existsSync(file)
const { GPUAdapter, GPUBuffer, GPUQueue } = globals as unknown as typeof globalThis

/** One bit of whatever is read back. */
function flipBits(): void {
  const { getMappedRange } = GPUBuffer.prototype
  GPUBuffer.prototype.getMappedRange = function (...range) {
    const bytes = getMappedRange.apply(this, range)
    if (isBroken()) new Uint8Array(bytes)[0]! ^= 1
    return bytes
  }
}

/** Nothing is ever read back. */
function hang(): void {
  const { mapAsync } = GPUBuffer.prototype
  GPUBuffer.prototype.mapAsync = function (...range) {
    return isBroken() ? new Promise(() => {}) : mapAsync.apply(this, range)
  }
}

/** The device goes away under a submission. */
function lose(): void {
  const devices = new WeakMap<GPUQueue, GPUDevice>()
  const { requestDevice } = GPUAdapter.prototype
  GPUAdapter.prototype.requestDevice = async function (...wanted) {
    const device = await requestDevice.apply(this, wanted)
    devices.set(device.queue, device)
    return device
  }
  const { submit } = GPUQueue.prototype
  GPUQueue.prototype.submit = function (...work) {
    if (isBroken()) devices.get(this)?.destroy()
    return submit.apply(this, work)
  }
}

const FAULTS: Readonly<Record<string, () => void>> = { 'wrong bit': flipBits, hanging: hang, lost: lose }
FAULTS[fault ?? '']?.()
