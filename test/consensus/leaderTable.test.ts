/** Leader table: the worked examples of the specification. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { leaderTable } from '../../consensus/leaderTable.ts'
import { toHex, utf8 } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'

// Source: consensus.md §3, the worked example.
test('leaderTable: the worked example of the specification', () => {
  const seed = keccak256(utf8('example'))
  assert.is(toHex(seed), '0x6fd43e7cffc31bb581d7421c8698e29aa2bd8e7186a394b85299908b4eb9b175')
  assert.equal([...leaderTable([50n, 30n, 15n, 5n], seed, 10)], [1, 0, 2, 1, 1, 0, 0, 0, 2, 0])
})

test('leaderTable: four equal powers over 4096 seats give the published hash', () => {
  const table = leaderTable([1n, 1n, 1n, 1n], keccak256(utf8('example')), 4096)
  const hash = toHex(keccak256(table))
  assert.ok(hash.startsWith('0x54cb327e') && hash.endsWith('085db919'), hash)
})

test.run()
