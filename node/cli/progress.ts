/** A studio's progress as one line. */
import type { Progress } from '../../studio/surface.ts'

export function progressText(progress: Progress): string {
  const left = `${Math.ceil(progress.msLeft / 1000)} s left`
  return progress.kind === 'train'
    ? `step ${progress.step}/${progress.steps} · loss ${progress.loss.toFixed(3)} · ${Math.round(progress.tokensPerSecond)} tokens/s · ${left}`
    : progress.kind === 'gradients'
      ? `gradients ${progress.rowsDone}/${progress.rows} · ${left}`
      : `embeddings ${progress.textsDone}/${progress.texts} · ${left}`
}
