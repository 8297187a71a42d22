/** What an index of gradients or of embeddings says of itself. */
import pc from 'picocolors'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import { verifyIndex } from '../../../influence/gradients/verifyIndex.ts'
import { gatherFacts, type IndexFacts } from '../../../influence/indexFacts.ts'
import { CLIP_OFF, type IndexTables, indexRootOf } from '../../../influence/indexFile.ts'
import { locateIndex } from '../../../influence/indexSource.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { formatBytes, formatCount, table } from '../../cli/table.ts'
import type { Inspect } from './inspected.ts'

const LAYERS_SHOWN_MAX = 16
const REPEATS_SHOWN_MAX = 5
const DATANETS_SHOWN_MAX = 8

export const inspectIndex: Inspect = async (file, fileBytes, isAll, hash) => {
  const located = await locateIndex({ path: file }, hash)
  if (isRefused(located)) return located
  const { tables, codes } = located
  const facts = gatherFacts(tables)
  return {
    kind: 'inspected',
    text: describe(file, fileBytes, tables, facts, isAll),
    plain: plain(fileBytes, tables, facts),
    verified: 'codes, guard vectors, flags, layers, levels and roots are what a builder writes',
    async verify(choice, isSoftwareAdapterAllowed) {
      const backend = await openBackend(choice, isSoftwareAdapterAllowed)
      const survey = await verifyIndex(tables, codes, hash, backend.flagRows).finally(() => backend.close())
      return isRefused(survey) ? survey : 'valid'
    },
    close: () => codes.close(),
  }
}

function describe(file: string, fileBytes: number, tables: IndexTables, facts: IndexFacts, isAll: boolean): string {
  const { header, headerBytes } = tables
  const { kind, rowCount, blockCount, rowBytes, tau, clip, rhoRef } = header
  const coordinates = tables.layout.dims.reduce((sum, d) => sum + d, 0)
  const line = (label: string, text: string) => `  ${pc.dim(label.padEnd(14))}${text}`
  const [least, median, most] = facts.levels ?? [0n, 0n, 0n]
  const [first, last] = facts.orderKeys
  return [
    `${pc.bold(file)}: ${kind} index, ${formatBytes(fileBytes)}`,
    line('index root', toHex(indexRootOf(headerBytes))),
    line('rows root', toHex(header.rowsRoot)),
    line('layers hash', toHex(header.layersHash)),
    line('model version', toHex(header.modelVersion)),
    line('guard seed', toHex(header.guardSeed)),
    line(
      'rows',
      `${formatCount(rowCount)}: ${formatCount(facts.accepted)} accepted, ${formatCount(facts.duplicates)} duplicates, ${formatCount(facts.empty)} empty`,
    ),
    ...(facts.repeats.length === 0 ? [] : [line('', repeatsText(facts))]),
    line('order', `keys ${first} … ${last}`),
    line('Datanets', datanetsText(facts)),
    line(
      'blocks',
      `${formatCount(blockCount)}, ${formatCount(coordinates)} coordinates, ${formatCount(rowBytes)} code bytes a row`,
    ),
    line('guard', tau === 0 ? 'off' : `tau ${tau}/256: duplicates from cos² ${(tau / 256).toFixed(3)}`),
    line('clip', clip === CLIP_OFF ? 'off' : `${clip} bits below the median exponent`),
    line('levels', `rho ${least} … ${median} … ${most} (least, median, most), rhoRef ${rhoRef}`),
    '',
    layerTable(facts, isAll),
  ].join('\n')
}

function repeatsText({ repeats }: IndexFacts): string {
  const shown = repeats.slice(0, REPEATS_SHOWN_MAX).map(([row, of]) => `row ${row} repeats row ${of}`)
  const more = repeats.length - shown.length
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}

function datanetsText({ datanets }: IndexFacts): string {
  const shown = [...datanets].slice(0, DATANETS_SHOWN_MAX).map(([id, rows]) => `${id} (${formatCount(rows)} rows)`)
  const more = datanets.size - shown.length
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}

function layerTable({ layers }: IndexFacts, isAll: boolean): string {
  const titles = ['block', 'd', 'e0', 'eMin', 'floor', 'exponents', 'λ']
  const shown = layers.slice(0, isAll ? layers.length : LAYERS_SHOWN_MAX)
  const rows = shown.map(({ d, e0, eMin, floor, exponents, lambda, isDead }, l) =>
    [l, d, e0, eMin, floor ?? '–', exponents.join(' … '), isDead ? 'dead' : lambda.toExponential(3)].map(String),
  )
  const text = table(
    titles.map((title) => ({ title, isRight: true })),
    rows,
  )
  const more = layers.length - shown.length
  return more > 0 ? `${text}\n${pc.dim(`… and ${more} more blocks; --all shows them`)}` : text
}

function plain(fileBytes: number, { header, headerBytes, layout }: IndexTables, facts: IndexFacts) {
  const { kind, rowCount, blockCount, rowBytes, tau, clip, rhoRef } = header
  return {
    kind,
    fileBytes,
    indexRoot: toHex(indexRootOf(headerBytes)),
    rowsRoot: toHex(header.rowsRoot),
    layersHash: toHex(header.layersHash),
    modelVersion: toHex(header.modelVersion),
    guardSeed: toHex(header.guardSeed),
    rowCount,
    accepted: facts.accepted,
    duplicates: facts.duplicates,
    empty: facts.empty,
    repeats: facts.repeats,
    orderKeys: facts.orderKeys.map(String),
    datanets: Object.fromEntries([...facts.datanets].map(([id, rows]) => [`${id}`, rows])),
    blockCount,
    coordinates: layout.dims.reduce((sum, d) => sum + d, 0),
    rowBytes,
    tau,
    clip: clip === CLIP_OFF ? null : clip,
    rhoRef: `${rhoRef}`,
    levels: facts.levels?.map(String) ?? null,
    layers: facts.layers.map((layer) => ({ ...layer, floor: layer.floor ?? null })),
  }
}
