/** Daily quotas of a contributor: rows placed and Datanets opened; over quota says when it frees (economy.md). */
import type { Frame } from '../dispatch.ts'
import { DAY_S } from '../limits.ts'
import { readParam, readParams } from '../params/contract.ts'
import { datanetContract } from './contract.ts'
import { openDatanets } from './records.ts'

const KINDS = { rows: 'rowsPerAccountDay', datanets: 'datanetsPerAccountDay' } as const

function usedToday({ host, call }: Frame, contributorId: bigint) {
  const place = openDatanets(host).quotas.at(contributorId)
  const today = call.block.timestamp / DAY_S
  const { day, rows, datanets } = place.load()
  const isToday = day === today
  return { place, day: today, rows: isToday ? rows : 0n, datanets: isToday ? datanets : 0n }
}

const freesAtOf = (day: bigint): bigint => (day + 1n) * DAY_S

export function spendQuota(frame: Frame, contributorId: bigint, kind: 'rows' | 'datanets', amount: bigint): void {
  const { place, day, rows, datanets } = usedToday(frame, contributorId)
  const used = { day, rows, datanets, [kind]: (kind === 'rows' ? rows : datanets) + amount }
  const max = readParam(frame.host, KINDS[kind])
  if (used[kind] > max) throw datanetContract.error('QuotaExceeded', max, freesAtOf(day))
  place.store(used)
}

/** What is left today, and when the quota frees. */
export function quotaOf(frame: Frame, contributorId: bigint): readonly [bigint, bigint, bigint] {
  const { day, rows, datanets } = usedToday(frame, contributorId)
  const max = readParams(frame.host, [KINDS.rows, KINDS.datanets])
  const left = (maximum: bigint, used: bigint): bigint => (used < maximum ? maximum - used : 0n)
  return [left(max.rowsPerAccountDay, rows), left(max.datanetsPerAccountDay, datanets), freesAtOf(day)]
}
