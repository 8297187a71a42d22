/** `npm run bench -- spans`: corpora of several kinds of text: built, opened, answers attributed and proved; time and memory. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { createFastKeccak } from '../../../influence/backends/fastKeccak.ts'
import { isRefused, type Refused } from '../../../influence/refusal.ts'
import { buildCorpus, type TextRow } from '../../../influence/span/buildCorpus.ts'
import { BYTE_TOKENIZER, BYTE_VOCABULARY, byteOutput } from '../../../influence/span/outputHash.ts'
import { encodeSpanProof } from '../../../influence/span/proof/spanProof.ts'
import { SpanEngine } from '../../../influence/span/spanEngine.ts'
import { buildSuffixArray, findDisorder } from '../../../influence/span/suffixArray.ts'
import type { OutputTokens } from '../../../influence/surface.ts'
import { runProgram, someOf, wholeNumber } from '../../commandLine.ts'
import { createRandom } from '../../fuzz/random.ts'

const USAGE = `usage: npm run bench -- spans [options]

  --symbols N    symbols of each text, from 65536   (default 1000000)
  --texts LIST   of words, noise, equal, fibonacci   (default all)

Each text is measured in a process of its own. Memory is the peak of the process less what it was before, with the
corpus file that was built (8 bytes a symbol) and opened again.`

const ROW_SYMBOLS = 1000
const ANSWER_TOKENS = 1000
/** The largest answer: what an attacker would send. */
const ANSWER_TOKENS_MAX = 2 ** 16
const WORDS = 5000

type Maker = (length: number) => Uint8Array

function wordText(length: number): Uint8Array {
  const random = createRandom(1, 0)
  const letters = () => Array.from({ length: random.int(2, 10) }, () => random.int(97, 122))
  const words = Array.from({ length: WORDS }, letters)
  const out = new Uint8Array(length)
  for (let at = 0; at < length; ) {
    // The minimum of three draws makes early words frequent, as in a language.
    const word = words[Math.min(...[0, 0, 0].map(() => random.int(0, WORDS - 1)))]!
    out.set(word.slice(0, length - at), at)
    at += word.length
    if (at < length) out[at++] = 32
  }
  return out
}

function fibonacciText(length: number): Uint8Array {
  let [before, word] = ['a', 'ab']
  while (word.length < length) [before, word] = [word, word + before]
  return Uint8Array.from(Buffer.from(word.slice(0, length)))
}

const TEXTS: Readonly<Record<string, Maker>> = {
  words: wordText,
  noise: (length) => createRandom(2, 0).bytes(length),
  equal: (length) => new Uint8Array(length).fill(97),
  fibonacci: fibonacciText,
}

/** Cut into rows of about a thousand tokens, each a little longer than the one before, so that none repeats another. */
function rowsOf(text: Uint8Array): TextRow[] {
  const rows: TextRow[] = []
  for (let at = 0, length = ROW_SYMBOLS; at < text.length; at += length++) {
    const order = BigInt(rows.length + 1)
    rows.push({ datanetId: 1n, rowId: order, orderKey: order, tokens: text.subarray(at, at + length) })
  }
  return rows
}

const valid = <T>(value: T | Refused): T => {
  if (isRefused(value)) throw new Error(value.code)
  return value
}

async function timed<T>(work: () => T | Promise<T>): Promise<[ms: number, value: T]> {
  const startMs = performance.now()
  const value = await work()
  return [performance.now() - startMs, value]
}

async function medianMs(work: () => unknown): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 5; i++) times.push((await timed(work))[0])
  return times.sort((a, b) => a - b)[2]!
}

const peakBytes = (): number => process.resourceUsage().maxRSS * 1024

async function measure(name: string, symbols: number): Promise<void> {
  const hash = await createFastKeccak()
  const text = TEXTS[name]!(symbols)
  const rows = rowsOf(text)
  const before = peakBytes()
  const options = { tokenizerHash: BYTE_TOKENIZER, vocabulary: BYTE_VOCABULARY, hash }
  const [buildMs, built] = await timed(() => valid(buildCorpus(rows, options)))
  const [openMs, engine] = await timed(async () => valid(await SpanEngine.open(built.bytes, { hash })))
  const bytesPerSymbol = (peakBytes() - before) / symbols
  const [sortMs, order] = await timed(() => buildSuffixArray(built.file.text, BYTE_VOCABULARY + 1))
  const [checkMs] = await timed(() => findDisorder(built.file.text, order))
  const answerOf = (tokens: number): OutputTokens =>
    byteOutput(
      1n,
      Uint8Array.from({ length: tokens }, (_, t) => text[(t + Math.floor(t / 100) * 7919) % symbols]!),
    )
  const answer = answerOf(ANSWER_TOKENS)
  const spans = { iMin: 0 }
  const answerMs = await medianMs(() => engine.attribute(answer, spans))
  const largest = byteOutput(1n, text.slice(0, ANSWER_TOKENS_MAX).fill(name === 'equal' ? 97 : text[0]!))
  const largestMs = await medianMs(() => engine.attribute(largest, spans))
  const pastedMs = await medianMs(() => engine.attribute(answerOf(ANSWER_TOKENS_MAX), spans))
  const [proveMs, proof] = await timed(() => engine.proveSpan(answer, 0, spans))
  const proofKiB = encodeSpanProof(valid(proof)).length / 1024
  const ms = [sortMs, checkMs, buildMs, openMs].map((value) => value.toFixed(0))
  const small = [answerMs, pastedMs, largestMs, proveMs].map((value) => value.toFixed(1))
  print([name, ...ms, `${bytesPerSymbol.toFixed(1)} B`, ...small, `${proofKiB.toFixed(0)} KiB`])
}

const HEAD = [
  'ms',
  'sort',
  'check order',
  'build',
  'open + verify',
  'peak/symbol',
  `${ANSWER_TOKENS} tokens`,
  '65,536 pasted',
  '65,536 equal',
  'prove',
  'proof',
]

function print(columns: readonly string[]): void {
  const [name, ...rest] = columns
  console.log(`${name!.padEnd(10)}${rest.map((column) => column.padStart(14)).join('')}`)
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      symbols: { type: 'string', default: '1000000' },
      texts: { type: 'string', default: Object.keys(TEXTS).join(',') },
      only: { type: 'string' },
    },
  })
  const symbols = wholeNumber('--symbols', values.symbols, ANSWER_TOKENS_MAX)
  const texts = someOf('--texts', values.only ?? values.texts, Object.keys(TEXTS))
  if (values.only !== undefined) {
    await measure(values.only, symbols)
    return 0
  }
  print(HEAD)
  for (const name of texts) {
    const args = ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), '--only', name]
    const { stdout } = await promisify(execFile)(process.execPath, [...args, '--symbols', values.symbols])
    process.stdout.write(stdout)
  }
  return 0
}

await runProgram(USAGE, main)
