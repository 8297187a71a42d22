/** An opened corpus in this process (influence.md §7): spans of answers, attributions and match proofs. */
import { readFile } from 'node:fs/promises'
import type { Hasher } from '../../primitives/hashes.ts'
import { createFastKeccak } from '../backends/fastKeccak.ts'
import { IndexReadError } from '../indexSource.ts'
import { isRefused, type Refused } from '../refusal.ts'
import type {
  CorpusInfo,
  IndexSource,
  OpenedCorpus,
  OutputTokens,
  SpanAttribution,
  SpanOptions,
  SpanProof,
} from '../surface.ts'
import { attributeSpans } from './attributeSpans.ts'
import { corpusInfoOf, decodeCorpusFile } from './corpusFile.ts'
import { growCorpusTrees } from './corpusTrees.ts'
import { type Corpus, plainSpan, rowsWithText } from './findSpans.ts'
import { proveSpan } from './proof/proveSpan.ts'
import { findSharedPrefixes } from './sharedPrefixes.ts'
import { verifyCorpus } from './verifyCorpus.ts'

export interface SpanEngineOptions {
  /** `full` recomputes everything in the file and checks the suffix array: what a validator does once per version. */
  readonly verify?: 'full' | 'header'
  /** Token information of the group's first corpus; absent: this is the first. Only read where `verify` is `full`. */
  readonly infoTable?: Uint8Array
  /** keccak256; a WebAssembly one by default. */
  readonly hash?: Hasher
}

export class SpanEngine implements OpenedCorpus {
  readonly info: CorpusInfo
  readonly #corpus: Corpus
  readonly #hash: Hasher

  private constructor(corpus: Corpus, hash: Hasher) {
    this.info = corpusInfoOf(corpus.file, hash)
    this.#corpus = corpus
    this.#hash = hash
  }

  /** Opens a corpus; refuses a file that is not what a builder would have written. */
  static async open(source: IndexSource, options: SpanEngineOptions = {}): Promise<SpanEngine | Refused> {
    const hash = options.hash ?? (await createFastKeccak())
    const file = decodeCorpusFile(await readSource(source))
    if (isRefused(file)) return file
    const trees = growCorpusTrees(file, hash)
    const bad = options.verify === 'header' ? undefined : verifyCorpus(file, trees, options.infoTable, hash)
    if (bad) return bad
    const prefixes = findSharedPrefixes(file.text, file.order)
    return new SpanEngine({ file, trees, prefixes, ownRows: rowsWithText(file.rows) }, hash)
  }

  async attribute(output: OutputTokens, options: SpanOptions = {}): Promise<SpanAttribution | Refused> {
    const found = attributeSpans(this.#corpus, output, options, this.#hash)
    return isRefused(found) ? found : { ...found, spans: found.spans.map(plainSpan) }
  }

  async proveSpan(output: OutputTokens, place: number, options: SpanOptions = {}): Promise<SpanProof | Refused> {
    return proveSpan(this.#corpus, output, place, options, this.#hash)
  }

  async close(): Promise<void> {}
}

/** A Buffer's slice would share memory where a Uint8Array's copies. */
async function readSource(source: IndexSource): Promise<Uint8Array> {
  const bytes =
    source instanceof Uint8Array
      ? source
      : await readFile(source.path).catch((cause: unknown) => {
          throw new IndexReadError(source.path, cause)
        })
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
