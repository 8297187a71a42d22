/** Hash trees: one root, however the leaves are kept. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packedTreeRoot, treeRoot } from '../../influence/tree.ts'
import { concat } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'

test('tree: packed leaves have the root of the same leaves one by one', () => {
  const leaves = Array.from({ length: 33 }, (_, i) => keccak256(Uint8Array.of(i)))
  for (let count = 0; count <= leaves.length; count++) {
    const own = leaves.slice(0, count)
    assert.equal(packedTreeRoot(concat(...own), keccak256), treeRoot(own, keccak256))
  }
})

test.run()
