/** `openledger influence inspect FILE`: what an index file says of itself, and with `--verify` whether it is true. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import pc from 'picocolors'
import type { BackendChoice } from '../../../influence/backends/backendChoice.ts'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { openBackend } from '../../../influence/backends/openBackend.ts'
import { verifyIndex } from '../../../influence/gradients/verifyIndex.ts'
import { gatherFacts, type IndexFacts } from '../../../influence/indexFacts.ts'
import { CLIP_OFF, type IndexTables, indexRootOf } from '../../../influence/indexFile.ts'
import { type LocatedIndex, locateIndex } from '../../../influence/indexSource.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { formatBytes, formatCount, table } from '../../cli/table.ts'
import { CommandError, startStep } from '../../cli/terminal.ts'

const LAYERS_SHOWN_MAX = 16
const REPEATS_SHOWN_MAX = 5
const DATANETS_SHOWN_MAX = 8

interface InspectOptions {
  readonly verify?: boolean
  readonly backend: BackendChoice
  readonly software?: boolean
  readonly all?: boolean
  readonly json?: boolean
}

export async function inspectFile(file: string, options: InspectOptions): Promise<void> {
  const fileBytes = sizeOf(file)
  const magic = readMagic(file)
  if (magic !== 'DZI1')
    throw new CommandError(`${file} is no index: expected a file that begins with DZI1, got ${quote(magic)}`)
  const hash = await createFastKeccak()
  const located = await locateIndex({ path: file }, hash)
  if (isRefused(located)) return refuseFile(file, located, options)
  try {
    const facts = gatherFacts(located.tables)
    if (options.json !== true) console.log(describe(file, fileBytes, located.tables, facts, options.all === true))
    const verdict = options.verify === true ? await verify(located, options) : undefined
    if (options.json === true) console.log(JSON.stringify(plain(fileBytes, located.tables, facts, verdict)))
    if (verdict !== undefined && verdict !== 'valid') process.exitCode = 1
  } finally {
    await located.codes.close()
  }
}

function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) throw new CommandError(`cannot read ${file}: there is no such file`)
  if (!found.isFile()) throw new CommandError(`cannot read ${file}: it is no file`)
  return found.size
}

function readMagic(file: string): string {
  try {
    const handle = openSync(file, 'r')
    const bytes = Buffer.alloc(4)
    const length = readSync(handle, bytes)
    closeSync(handle)
    return bytes.subarray(0, length).toString('latin1')
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`)
  }
}

const quote = (text: string): string => JSON.stringify(text)

/** A refusal's fact as text; several go by as an object. */
export function factText(fact: unknown): string {
  if (fact instanceof Uint8Array) return toHex(fact)
  if (typeof fact !== 'object' || fact === null) return String(fact)
  return JSON.stringify(fact, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
}

const refusalText = ({ code, place, expected, got }: Refused): string =>
  `${code}${place === undefined ? '' : ` at ${place}`}: expected ${factText(expected)}, got ${factText(got)}`

const plainRefusal = ({ code, place, expected, got }: Refused) => ({
  code,
  place: place ?? null,
  expected: factText(expected),
  got: factText(got),
})

function refuseFile(file: string, refused: Refused, { json }: InspectOptions): void {
  if (json === true) {
    console.log(JSON.stringify({ refused: plainRefusal(refused) }))
    process.exitCode = 1
    return
  }
  throw new CommandError(`${file} is refused: ${refusalText(refused)}`)
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

type Verdict = 'valid' | Refused

/** Everything recomputed from codes and exponents, as a validator does. */
async function verify({ tables, codes }: LocatedIndex, options: InspectOptions): Promise<Verdict> {
  const backend = await openBackend(options.backend, options.software ?? false)
  const step = options.json === true ? undefined : startStep(`Verifying on ${backend.backend}`)
  try {
    const survey = await verifyIndex(tables, codes, await createFastKeccak(), backend.flagRows)
    if (isRefused(survey)) {
      step?.fail(refusalText(survey))
      return survey
    }
    step?.done('codes, guard vectors, flags, layers, levels and roots are what a builder writes')
    return 'valid'
  } finally {
    backend.close()
  }
}

function plain(
  fileBytes: number,
  { header, headerBytes, layout }: IndexTables,
  facts: IndexFacts,
  verdict: Verdict | undefined,
) {
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
    ...(verdict !== undefined && {
      verified: verdict === 'valid' ? { isValid: true } : { isValid: false, ...plainRefusal(verdict) },
    }),
  }
}
