/** The journal of submitted transactions: what it gives back, and how large it gets. */
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openJournal } from '../../../node/host/journal.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { inFolder } from '../inFolder.ts'

const BYTES_MAX = 1_000

const raw = (fill: number) => new Uint8Array(100).fill(fill)
const hexes = (transactions: readonly Uint8Array[]) => transactions.map(toHex)

const fileIn = (folder: string) => join(folder, 'local-transactions.hex')

/** Everything in the journal of a folder; keeps it all. */
function readBack(folder: string): Uint8Array[] {
  const found: Uint8Array[] = []
  const journal = openJournal(folder, { add: (one) => found.push(one) > 0, held: () => found })
  journal.close()
  return found
}

test('journal: gives back what was appended, in order, and forgets what is refused', () =>
  inFolder((folder) => {
    const journal = openJournal(folder, { add: () => true, held: () => [] })
    for (const fill of [3, 1, 2]) journal.append(raw(fill))
    journal.close()
    assert.equal(hexes(readBack(folder)), hexes([raw(3), raw(1), raw(2)]))
    openJournal(folder, { add: (one) => one[0] !== 1, held: () => [] }).close()
    assert.equal(hexes(readBack(folder)), hexes([raw(3), raw(2)]))
  }))

test('journal: garbage lines and a line cut short are left out', () =>
  inFolder((folder) => {
    const file = fileIn(folder)
    const journal = openJournal(folder, { add: () => true, held: () => [] })
    journal.append(raw(1))
    journal.close()
    appendFileSync(file, `no hex\n0x0\n\n${toHex(raw(2))}\n${toHex(raw(3))}`)
    const found = hexes(readBack(folder)).filter((hex) => hex !== '0x')
    assert.equal(found, hexes([raw(1), raw(2)]))
    assert.ok(!readFileSync(file, 'utf8').includes('no hex'))
  }))

test('journal: a file that has grown is written anew with what is still held', () =>
  inFolder((folder) => {
    const file = fileIn(folder)
    const held = [raw(7), raw(8)]
    const journal = openJournal(folder, { add: () => true, held: () => held, bytesMax: BYTES_MAX })
    for (let i = 0; i < 100; i++) {
      journal.append(raw(i))
      assert.ok(statSync(file).size <= BYTES_MAX)
    }
    journal.close()
    assert.equal(hexes(readBack(folder)).slice(0, 2), hexes(held))
  }))

test('journal: while everything is held, it grows and is not written again for each line', () =>
  inFolder((folder) => {
    const file = fileIn(folder)
    const held: Uint8Array[] = []
    let rewrites = 0
    const journal = openJournal(folder, {
      add: () => true,
      held: () => {
        rewrites++
        return held
      },
      bytesMax: BYTES_MAX,
    })
    for (let i = 0; i < 64; i++) {
      held.push(raw(i))
      journal.append(raw(i))
    }
    journal.close()
    assert.ok(rewrites <= 5, `${rewrites} rewrites`)
    assert.is(statSync(file).size, 64 * 203)
    assert.equal(hexes(readBack(folder)), hexes(held))
  }))

test.run()
