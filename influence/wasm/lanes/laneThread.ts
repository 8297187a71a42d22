/** One thread of the WebAssembly twin: sleeps until the host has a job, then takes tasks of it. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { collectGarbage } from './collectGarbage.ts'
import {
  CONTROL,
  instantiateKernels,
  type KernelExports,
  type LaneData,
  type LaneMessage,
  runTasks,
  waitForChange,
} from './laneControl.ts'

const { control, module, lane } = workerData as LaneData
const port = parentPort!
const attached = new Map<number, KernelExports>()

function readPort(): void {
  for (let news = receiveMessageOnPort(port); news !== undefined; news = receiveMessageOnPort(port)) {
    const message = news.message as LaneMessage
    if (message.kind === 'attach') attached.set(message.id, instantiateKernels(module, message.memory))
    else {
      attached.delete(message.id)
      collectGarbage()
    }
  }
}

function exportsOf(memory: number): KernelExports {
  if (!attached.has(memory)) readPort()
  return attached.get(memory)!
}

port.postMessage('ready')
while (Atomics.load(control, CONTROL.closing) === 0) {
  const generation = Atomics.load(control, CONTROL.generation)
  readPort()
  runTasks(control, lane, exportsOf)
  if (Atomics.load(control, CONTROL.closing) === 0) waitForChange(control, CONTROL.generation, generation)
}
