/** `openledger influence inspect`: the facts of an index file, its verification, and files that are none. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { GUARD_BYTES, INDEX_HEADER_BYTES, LAYER_BYTES, ROW_ENTRY_BYTES } from '../../../influence/indexFile.ts'
import { isRefused } from '../../../influence/refusal.ts'
import { buildCorpus } from '../../../influence/span/buildCorpus.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { textRowsOf } from '../../influence/conformance/spanChecks.ts'
import { bytesOf, type VectorCase } from '../../influence/conformance/vectorCases.ts'
import { startCommandRunner } from '../commands/commandRunner.ts'
import { indexOfCase } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'inspect-'))
const commands = startCommandRunner()
test.after(async () => {
  await commands.close()
  rmSync(folder, { recursive: true })
})

const { built } = indexOfCase('pipeline', 'wide')
const { rowCount, blockCount } = built.file.header
const ROWS_AT = INDEX_HEADER_BYTES + blockCount * LAYER_BYTES
const GUARDS_AT = ROWS_AT + rowCount * (ROW_ENTRY_BYTES + 2 * blockCount)

function fileOf(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}

/** The file with one byte changed. */
function changed(at: number, byte: number): string {
  const bytes = built.bytes.slice()
  bytes[at] = byte
  return fileOf(`changed-${at}`, bytes)
}

const inspect = (...args: string[]) => commands.run(['influence', 'inspect', ...args])

test('inspect: header facts, rows by status, levels and every block', async () => {
  const { output, status } = await inspect(fileOf('wide', built.bytes))
  assert.is(status, 0)
  for (const wanted of [
    toHex(built.info.indexRoot),
    toHex(built.info.modelVersion),
    '5: 5 accepted, 0 duplicates, 0 empty',
    '3, 5,137 coordinates, 5,168 code bytes a row',
    'tau 96/256: duplicates from cos² 0.375',
    '4 bits below the median exponent',
    `rhoRef ${built.info.rhoRef}`,
    ' 4100   5     1      0      1 … 5  ',
  ])
    assert.ok(output.includes(wanted), `${wanted}\n${output}`)
  const other = indexOfCase('attribution', 'copies: after').built
  const copies = await inspect(fileOf('copies', other.bytes))
  const [row, of] = [other.file.rows.status.indexOf(1), other.file.rows.duplicateOf.find((own) => own < 2 ** 32 - 1)]
  assert.match(copies.output, `row ${row} repeats row ${of}`)
})

test('inspect: the verification passes on an honest file, and as JSON the same facts come', async () => {
  const file = fileOf('wide', built.bytes)
  const verified = await inspect(file, '--verify', '--backend', 'js')
  assert.is(verified.status, 0)
  assert.match(verified.output, /✓ Verifying .*what a builder writes/)
  const { output, status } = await inspect(file, '--verify', '--backend', 'js', '--json')
  assert.is(status, 0)
  const told = JSON.parse(output) as Record<string, unknown>
  assert.equal(
    [told['indexRoot'], told['rowCount'], told['coordinates'], told['rhoRef'], told['verified']],
    [toHex(built.info.indexRoot), 5, 5137, `${built.info.rhoRef}`, { isValid: true }],
  )
})

test('inspect: a false file is refused with code, place, expected and got', async () => {
  const codesAt = built.bytes.length - rowCount * built.info.rowBytes
  const rho = built.file.rows.rho[2]!
  const cases: readonly [string, RegExp][] = [
    [
      changed(ROWS_AT + 2 * ROW_ENTRY_BYTES + 24, Number(rho & 0xffn) ^ 1),
      new RegExp(`LevelMismatch at rho of row 2: expected ${rho}, got ${rho ^ 1n}`),
    ],
    [
      changed(ROWS_AT + 1 * ROW_ENTRY_BYTES + 36, 2),
      /FlagMismatch at row 1: expected \{"status":0,.*got \{"status":2,/,
    ],
    [
      changed(GUARDS_AT + 3 * GUARD_BYTES + 9, built.file.guards[3 * GUARD_BYTES + 9]! ^ 1),
      /GuardMismatch at bucket 9 of the guard vector of row 3: expected -?\d+, got -?\d+/,
    ],
    [
      changed(codesAt + 4 * built.info.rowBytes, 0x80),
      /CodeRange at row 4, block 0: expected codes in −127 … 127, got -128/,
    ],
    [changed(32, Number(built.info.rhoRef & 0xffn) ^ 1), /LevelMismatch at header, rhoRef: /],
    [changed(150, 0), /RootMismatch at header, rowsRoot: expected 0x[0-9a-f]{64}, got 0x/],
  ]
  for (const [file, wanted] of cases) {
    const { output, status } = await inspect(file, '--verify', '--backend', 'js')
    assert.is(status, 1, output)
    assert.match(output, wanted)
    assert.is((await inspect(file)).status, 0, 'its tables can be read all the same')
  }
  const { output, status } = await inspect(changed(32, 1), '--verify', '--backend', 'js', '--json')
  assert.is(status, 1)
  const { verified } = JSON.parse(output) as { verified: Record<string, unknown> }
  assert.equal([verified['isValid'], verified['code'], verified['place']], [false, 'LevelMismatch', 'header, rhoRef'])
})

test('inspect: a text corpus tells its roots and rows; a symbol that is not its own is found', async () => {
  const texts = ['the quick brown fox', 'the lazy dog', 'the quick brown fox'].map((text) =>
    new TextEncoder().encode(text),
  )
  const corpus = buildCorpus(textRowsOf(texts), { vocabulary: 256, tokenizerHash: new Uint8Array(32) })
  if (isRefused(corpus)) throw new Error(corpus.code)
  const file = fileOf('corpus', corpus.file.bytes)
  const { output, status } = await inspect(file, '--verify')
  assert.is(status, 0, output)
  assert.match(output, /text corpus, .*\n.*corpus root +0x[0-9a-f]{64}/)
  assert.match(output, /3, of which 1 repeat an earlier one/)
  assert.match(output, /\n +2 +1 +#3 +\d+ +0 +19 +row 0\n/)
  assert.match(output, /✓ Verifying .*suffix array and roots are what a builder writes/)
  const symbolAt = corpus.file.bytes.length - 8 * corpus.file.header.textLength
  const wrong = corpus.file.bytes.with(symbolAt, corpus.file.bytes[symbolAt]! ^ 1)
  const refused = await inspect(fileOf('wrong-corpus', wrong), '--verify', '--json')
  assert.is(refused.status, 1)
  const { kind, verified } = JSON.parse(refused.output) as {
    kind: string
    verified: { isValid: boolean; code: string }
  }
  assert.equal([kind, verified.isValid, typeof verified.code], ['corpus', false, 'string'])
})

test('inspect: an attribution result tells its root, parameters and paid rows', async () => {
  const result = readFileSync(new URL('../../vectors/influence/small/attribution.json', import.meta.url), 'utf8')
  const { cases } = JSON.parse(result) as { cases: VectorCase[] }
  const { attribution } = cases[0]!.results[0]!
  const told = await inspect(fileOf('result', bytesOf(attribution.resultHex)))
  assert.is(told.status, 0)
  assert.match(told.output, `0x${attribution.attributionRoot}`)
  assert.match(told.output, new RegExp(`paid rows +${attribution.entries.length}\n`))
  const broken = await inspect(fileOf('broken-result', bytesOf(attribution.resultHex).with(6, 9)))
  assert.match(broken.errors, /is refused: BadParameter: expected method 1, 2 or 3, got 9/)
})

test('inspect: what is no index is refused in words, without a stack', async () => {
  const cases: readonly [string, RegExp][] = [
    [join(folder, 'none'), /cannot read .*none: there is no such file/],
    [folder, /cannot read .*: it is no file/],
    [fileOf('empty', new Uint8Array()), /is no file of influence: it begins with ""/],
    [
      fileOf('text', new TextEncoder().encode('{"a": 1}')),
      /is no file of influence: it begins with .*\n.*DZI1.*SPX1.*ATR1/,
    ],
    [fileOf('short', built.bytes.slice(0, 100)), /is refused: BadLength: expected at least 176, got 100/],
    [
      fileOf('cut', built.bytes.slice(0, -1)),
      new RegExp(`is refused: BadLength: expected ${built.bytes.length}, got ${built.bytes.length - 1}`),
    ],
    [changed(11, 0xff), /is refused: BadLimit: expected 1 … 1048576 rows, got \d+/],
    [changed(112, 0), /is refused: RootMismatch at layer table: expected 0x/],
  ]
  for (const [file, wanted] of cases) {
    const { status, errors } = await inspect(file)
    assert.is(status, 1, file)
    assert.match(errors, wanted)
    assert.not.match(errors, /\n\s+at .*\.ts:/)
  }
  const { output, status } = await inspect(changed(112, 0), '--json')
  assert.is(status, 1)
  assert.is((JSON.parse(output) as { refused: { code: string } }).refused.code, 'RootMismatch')
})

test.run()
