/** Sealing records, one file an epoch: each proves the epoch's last block to whoever has the epoch's keys (consensus.md §7). */
import type { Sealing } from '../../../primitives/wire/sealing.ts'
import { sealingCodec } from '../../../primitives/wire/sealing.ts'
import { encodeRecord, readRecords } from '../durability/record.ts'
import type { Disk } from '../ports.ts'

export interface Sealings {
  /** Durable when it resolves. */
  save(sealing: Sealing): Promise<void>
  /** Undefined: that epoch has none here. */
  load(epoch: number): Promise<Sealing | undefined>
}

/** Beside those of the logs (consensus.md §8): a damaged record must not be served, or its server is banned for it. */
const TYPE_SEALING = 6
const nameOf = (epoch: number) => `sealing-${epoch}`

export function createSealings(disk: Disk): Sealings {
  return {
    async save(sealing) {
      const name = nameOf(sealing.epoch)
      const file = await disk.open(`${name}.new`, 0)
      const payload = sealingCodec.encode(sealing)
      await file.append(encodeRecord({ seq: sealing.epoch, type: TYPE_SEALING, payload }))
      await file.sync()
      await file.close()
      await disk.rename(`${name}.new`, name)
      await disk.syncFolder()
    },
    async load(epoch) {
      const bytes = await disk.read(nameOf(epoch))
      const [record] = bytes === undefined ? [] : readRecords(bytes, epoch).records
      const sealing = record && sealingCodec.decode(record.payload)
      return sealing === undefined || 'code' in sealing ? undefined : sealing
    },
  }
}
