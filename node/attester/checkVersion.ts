/**
 * A validator's check of a registered model version (influence.md §12): its source follows from the Datanet rows on chain,
 * and what a model computed in it is re-executed byte for byte. Whoever opened the version has verified its file in full.
 */
import type { IndexFile } from '../../influence/indexFile.ts'
import { equal, fromHex } from '../../primitives/bytes.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import type { VersionRow } from '../../studio/chain/datanet.ts'
import { readNamedRows } from '../../studio/chain/namedRows.ts'
import type { ServingChunks } from '../../studio/chain/serving.ts'
import { ENGINE_STUDIO, type VersionBy, type VersionInfo } from '../../studio/chain/version.ts'
import type { StudioWorker } from '../../studio/surface.ts'
import { auditSample, checkCodes } from './checkCodes.ts'
import { checkCorpus } from './checkCorpus.ts'
import { type Objection, object, refusalText } from './objection.ts'
import type { OpenVersion } from './openSource.ts'

/** `undefined`: this node may sign the version's source root. */
export async function checkVersion(
  client: ChainClient,
  studio: StudioWorker,
  open: OpenVersion,
): Promise<Objection | undefined> {
  const { info } = open.version
  const unknown = checkModel(studio, info)
  if (unknown !== undefined) return unknown
  const { rows } = await readNamedRows(client, info.spec.datanets)
  switch (open.method) {
    case 'datainf':
      return checkGradients(client, studio, open.version, rows)
    case 'span':
      return checkCorpus(open.version.corpus, rows)
    case 'rag':
      return checkEmbeddings(client, studio, open)
    default:
      return open satisfies never
  }
}

/** What engine 1 ran is what this node holds; of another engine only the text counts, and that must be in UTF-8 bytes. */
function checkModel(studio: StudioWorker, { spec }: VersionInfo): Objection | undefined {
  const isSpan = spec.method === 2
  if (isSpan && fromHex(spec.tokenizerHash).some((byte) => byte !== 0))
    return object(`tokenizer ${spec.tokenizerHash} of the corpus is not one that this node holds`)
  if (spec.engine !== ENGINE_STUDIO) return isSpan ? undefined : object(`engine ${spec.engine} cannot be re-executed`)
  return equal(fromHex(spec.baseHash), studio.hashes.base)
    ? undefined
    : object(`base model ${spec.baseHash} is not the one that this node holds`)
}

async function checkGradients(
  client: ChainClient,
  studio: StudioWorker,
  { info, index, adapter }: VersionBy<'datainf'>,
  rows: readonly VersionRow[],
): Promise<Objection | undefined> {
  const mismatch = checkRowTable(index, rows)
  if (mismatch !== undefined) return mismatch
  const sample = await auditSample(client, info, rows.length)
  const gradients = await studio.rowGradients(
    adapter,
    sample.map((i) => rows[i]!.row),
  )
  if ('kind' in gradients) return object(`gradients: ${refusalText(gradients)}`)
  return checkCodes(index, sample, gradients, (row) => rows[row]!.isWithdrawn)
}

/** The chunks' texts were cut from the rows when the version was opened, and its row table follows them. */
async function checkEmbeddings(
  client: ChainClient,
  studio: StudioWorker,
  { version, chunks }: Pick<ServingChunks, 'version' | 'chunks'>,
): Promise<Objection | undefined> {
  const sample = await auditSample(client, version.info, chunks.length)
  const embeddings = await studio.embed(
    version.adapter,
    sample.map((i) => chunks[i]!),
  )
  if ('kind' in embeddings) return object(`embeddings: ${refusalText(embeddings)}`)
  const { width, values } = embeddings
  return checkCodes(version.index, sample, { blockDims: [width], blocks: [values] }, () => false)
}

function checkRowTable(index: IndexFile, rows: readonly VersionRow[]): Objection | undefined {
  if (index.header.rowCount !== rows.length)
    return object(`the index has ${index.header.rowCount} rows, the Datanet versions ${rows.length}`)
  const i = rows.findIndex(
    (row, at) =>
      index.rows.datanetIds[at] !== row.datanetId ||
      index.rows.rowIds[at] !== row.rowId ||
      index.rows.orderKeys[at] !== row.orderKey,
  )
  return i < 0
    ? undefined
    : object(`row ${i} of the index is not row ${rows[i]!.rowId} of Datanet ${rows[i]!.datanetId}`)
}
