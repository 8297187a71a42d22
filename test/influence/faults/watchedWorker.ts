/** An influence worker for fault tests: closed at the end, its stages and states can be waited for. */
import type { EngineStage } from '../../../influence/backends/stage.ts'
import { type InfluenceWorker, openInfluenceWorker } from '../../../influence/worker/openInfluenceWorker.ts'
import type { InfluenceWorkerOptions } from '../../../influence/worker/workerOptions.ts'
import type { WorkerStatus } from '../../../influence/worker/workerStatus.ts'

export interface WatchedWorker {
  readonly worker: InfluenceWorker
  /** Settles when a status holds, now or later. */
  until(holds: (status: WorkerStatus) => boolean): Promise<WorkerStatus>
  /** Calls `act` the next time that a stage begins, as soon as the host is told. */
  once(stage: EngineStage, act: () => void): void
  /** SIGKILL, if a child lives. */
  kill(): void
}

export async function withWatchedWorker(
  options: InfluenceWorkerOptions,
  body: (watched: WatchedWorker) => Promise<void>,
): Promise<void> {
  const waiting = new Set<(status: WorkerStatus) => void>()
  const actions = new Map<EngineStage, () => void>()
  const worker = openInfluenceWorker({
    restartDelayMs: 1,
    ...options,
    onStatus: (status) => {
      for (const tell of waiting) tell(status)
    },
    onStage: (stage) => {
      const act = actions.get(stage)
      actions.delete(stage)
      act?.()
    },
  })
  const until = (holds: (status: WorkerStatus) => boolean) =>
    new Promise<WorkerStatus>((resolve) => {
      const tell = (status: WorkerStatus) => {
        if (!holds(status)) return
        waiting.delete(tell)
        resolve(status)
      }
      waiting.add(tell)
      tell(worker.status())
    })
  const kill = () => {
    const { pid } = worker.status()
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  }
  try {
    await body({ worker, until, kill, once: (stage, act) => actions.set(stage, act) })
  } finally {
    await worker.close()
  }
}
