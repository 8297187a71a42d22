/** How long each stage took: from its beginning to that of the next, so that the stages of a call add up to the call. */
import type { EngineStage } from './stage.ts'

/** Milliseconds by stage. */
export type StageTimes = Partial<Readonly<Record<EngineStage, number>>>

export interface StageClock {
  begin(stage: EngineStage): void
  /** Ends the stage that runs, gives the times since the last `end`, and forgets them. */
  end(): StageTimes
}

export function createStageClock(nowMs: () => number = () => performance.now()): StageClock {
  let times: Partial<Record<EngineStage, number>> = {}
  let running: { readonly stage: EngineStage; readonly beganMs: number } | undefined
  const stop = (): void => {
    if (running === undefined) return
    const { stage, beganMs } = running
    times[stage] = (times[stage] ?? 0) + nowMs() - beganMs
    running = undefined
  }
  return {
    begin(stage) {
      stop()
      running = { stage, beganMs: nowMs() }
    },
    end() {
      stop()
      const ended = times
      times = {}
      return ended
    },
  }
}
