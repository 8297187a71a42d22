/** Sealing records, one file an epoch: each proves the epoch's last block to whoever has the epoch's keys (consensus.md §7). */
import type { Sealing } from '../../../primitives/wire/sealing.ts'
import { sealingCodec } from '../../../primitives/wire/sealing.ts'
import type { Disk } from '../ports.ts'

export interface Sealings {
  /** Durable when it resolves. */
  save(sealing: Sealing): Promise<void>
  /** Undefined: that epoch has none here. */
  load(epoch: number): Promise<Sealing | undefined>
}

const nameOf = (epoch: number) => `sealing-${epoch}`

export function createSealings(disk: Disk): Sealings {
  return {
    async save(sealing) {
      const name = nameOf(sealing.epoch)
      const file = await disk.open(`${name}.new`, 0)
      await file.append(sealingCodec.encode(sealing))
      await file.sync()
      await file.close()
      await disk.rename(`${name}.new`, name)
      await disk.syncFolder()
    },
    async load(epoch) {
      const bytes = await disk.read(nameOf(epoch))
      const sealing = bytes && sealingCodec.decode(bytes)
      return sealing === undefined || 'code' in sealing ? undefined : sealing
    },
  }
}
