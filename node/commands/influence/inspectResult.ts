/** What an attribution result says: its roots, parameters and paid rows. */
import { readFile } from 'node:fs/promises'
import pc from 'picocolors'
import { isRefused } from '../../../influence/refusal.ts'
import { decodeResult, WEIGHT_WHOLE } from '../../../influence/result.ts'
import type { Attribution } from '../../../influence/surface.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { formatBytes, percent, table } from '../../cli/table.ts'
import type { Inspect } from './inspected.ts'

const ENTRIES_SHOWN_MAX = 16

/** Decoding is strict, so bytes that decode are canonical; whether scores are right needs the index and the query. */
export const inspectResult: Inspect = async (path, fileBytes, isAll, hash) => {
  const result = decodeResult(new Uint8Array(await readFile(path)), hash)
  if (isRefused(result)) return result
  return {
    kind: 'inspected',
    text: describe(path, fileBytes, result, isAll),
    plain: plain(fileBytes, result),
    verified: 'the bytes are canonical; scores are recomputed from index and query, or proved row by row',
    verify: async () => 'valid',
    close: async () => {},
  }
}

function plain(fileBytes: number, result: Attribution) {
  const { method, level, k, tau, rowCount, exponentG, entries } = result
  return {
    kind: 'result',
    fileBytes,
    attributionRoot: toHex(result.root),
    method,
    level,
    k,
    tau,
    rowCount,
    exponentG,
    sourceRoot: toHex(result.sourceRoot),
    queryHash: toHex(result.queryHash),
    scoresRoot: toHex(result.scoresRoot),
    contextRoot: toHex(result.contextRoot),
    entries: entries.map(({ row, datanetId, rowId, score, weight }) => ({
      row,
      datanetId: `${datanetId}`,
      rowId: `${rowId}`,
      score: `${score}`,
      weight: `${weight}`,
    })),
  }
}

function describe(path: string, fileBytes: number, result: Attribution, isAll: boolean): string {
  const line = (label: string, text: string) => `  ${pc.dim(label.padEnd(17))}${text}`
  const { method, level, k, tau, rowCount, exponentG, entries } = result
  const shown = entries.slice(0, isAll ? entries.length : ENTRIES_SHOWN_MAX)
  const rows = shown.map(({ row, datanetId, rowId, score, weight }) => {
    return [`${row}`, `${datanetId}`, `#${rowId}`, `${score}`, percent(Number(weight) / Number(WEIGHT_WHOLE))]
  })
  const more = entries.length - shown.length
  return [
    `${pc.bold(path)}: attribution result of method ${method}, ${formatBytes(fileBytes)}`,
    line('attribution root', toHex(result.root)),
    line('source root', toHex(result.sourceRoot)),
    line('query hash', toHex(result.queryHash)),
    line('scores root', toHex(result.scoresRoot)),
    line('context root', toHex(result.contextRoot)),
    line('parameters', `level ${level}, K ${k}, tau ${tau}, ${rowCount} rows, G ${exponentG}`),
    line('paid rows', `${entries.length}`),
    '',
    table(
      ['row', 'Datanet', 'its row', 'score', 'weight'].map((title) => ({ title, isRight: true })),
      rows,
    ),
    ...(more > 0 ? [pc.dim(`… and ${more} more; --all shows them`)] : []),
  ].join('\n')
}
