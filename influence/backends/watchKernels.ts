/** Tells of the steps of a score as they begin, whatever computes them. */

import type { Kernels } from './kernels.ts'
import type { OnStage } from './stage.ts'

export function watchKernels(kernels: Kernels, onStage: OnStage): Kernels {
  const { scoreQueries } = kernels
  return {
    backend: kernels.backend,
    dotRows: (vectors, count) => {
      onStage('step 3')
      return kernels.dotRows(vectors, count)
    },
    mixRows: (weights, count) => {
      onStage('step 6')
      return kernels.mixRows(weights, count)
    },
    dotRowsWide: (vectors, count) => {
      onStage('step 8')
      return kernels.dotRowsWide(vectors, count)
    },
    ...(scoreQueries === undefined
      ? {}
      : {
          scoreQueries: (index, queries, observe) => scoreQueries.call(kernels, index, queries, observe, onStage),
        }),
    close: () => kernels.close(),
  }
}
