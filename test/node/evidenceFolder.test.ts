/** Evidence on disk: one file a piece, which the command reads back, and a bound. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseEvidenceFile } from '../../node/cli/evidenceFile.ts'
import { createEvidenceFolder } from '../../node/evidenceFolder.ts'
import type { Evidence } from '../../primitives/evidence.ts'

const set = [1, 2].map((n) => ({
  operator: new Uint8Array(20).fill(n),
  blsKey: new Uint8Array(48).fill(n),
  p2pKey: new Uint8Array(32).fill(n),
  power: BigInt(n),
}))
const side = (n: number) => ({ root: new Uint8Array(32).fill(n), signature: new Uint8Array(96).fill(n) })
const piece = (signer: number): Evidence => ({
  ...{ kind: 'attestations', epoch: 3, signer, jobId: new Uint8Array(32).fill(9) },
  pair: [side(1), side(2)],
})

test('evidence folder: a piece is written once, names who and how, and reads back as it was', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openledger-evidence-'))
  const lines: string[] = []
  const keep = createEvidenceFolder(join(folder, 'evidence'), (line) => lines.push(line))
  for (const signer of [1, 1, 0]) keep(piece(signer), set)
  const files = readdirSync(join(folder, 'evidence'))
  assert.is(files.length, 2)
  assert.match(lines[0]!, /^validator 0x0202.* signed two roots of one job in epoch 3: `openledger evidence submit \//)
  const read = files.map((name) => parseEvidenceFile(readFileSync(join(folder, 'evidence', name), 'utf8')))
  assert.equal(
    read.map((each) => 'evidence' in each && 'signer' in each.evidence && each.evidence.signer).sort(),
    [0, 1],
  )
  for (let i = 0; i < 1_024; i++) writeFileSync(join(folder, 'evidence', `${i}.json`), '')
  keep({ ...piece(0), epoch: 4 } as Evidence, set)
  assert.is(lines.length, 2)
  rmSync(folder, { recursive: true, force: true })
})

test.run()
