/** How lastFinal moves: at once, whether or not the block is here (consensus.md R9). */
import type { Certificate } from '../../primitives/certificate.ts'
import { type Core, emit } from '../state.ts'
import type { Hash } from '../step.ts'

/** Views up to it are decided: their votes and certificates are dropped. Above, everything is looked at again. */
export function moveLastFinal(core: Core, certificate: Certificate, id: Hash): void {
  const { view } = certificate
  core.lastFinal = { view, id, certificate }
  core.finals.set(id, certificate)
  for (const decided of core.views.keys()) if (decided <= view) core.views.delete(decided)
  core.waiting.clear()
  for (const above of core.views.keys()) core.changed.add(above)
  core.bundleFrom = 0
  core.standstillMs = core.options.timing.standstillMs
  startStandstill(core)
}

/** T_s without a finalization, then the bundle goes out (R8). */
export function startStandstill(core: Core): void {
  emit(core, { kind: 'startTimer', timer: 'standstill', view: core.lastFinal.view, afterMs: core.standstillMs })
}
