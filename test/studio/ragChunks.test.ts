/** The texts of a retrieval index, cut again from the rows on chain: withdrawals on either side of the index are right. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { utf8 } from '../../primitives/bytes.ts'
import type { VersionRow } from '../../studio/chain/datanet.ts'
import { chunkTexts } from '../../studio/chain/ragChunks.ts'
import { chunkRows } from '../../studio/versionChunks.ts'

const CONTEXT = 32
const rowsOf = (...withdrawn: readonly bigint[]): VersionRow[] =>
  [1n, 2n, 3n].map((rowId) => ({
    ...{ datanetId: 1n, rowId, contributorId: rowId, orderKey: 5n * rowId, isWithdrawn: withdrawn.includes(rowId) },
    row: { input: utf8(`question ${rowId}`), output: utf8(`an answer of row ${rowId}`) },
  }))

/** The row table of an index built when these rows were withdrawn. */
function tableOf(...withdrawn: readonly bigint[]) {
  const chunks = chunkRows(rowsOf(...withdrawn), CONTEXT)
  return {
    datanetIds: BigUint64Array.from(chunks, ({ datanetId }) => datanetId),
    rowIds: BigUint64Array.from(chunks, ({ rowId }) => rowId),
    orderKeys: BigUint64Array.from(chunks, ({ orderKey }) => orderKey),
  }
}
const textsOf = (rows: readonly VersionRow[]) => chunkRows(rows, CONTEXT).map(({ text }) => text)

test('chunk texts: one beside each row of the index, several of one row in their order', () => {
  const texts = chunkTexts(rowsOf(), tableOf(), CONTEXT)
  assert.equal(texts, textsOf(rowsOf()))
  assert.is((texts as Uint8Array[]).length, 6)
})

test('chunk texts: a row withdrawn before the index was built is not in it, one withdrawn since still is', () => {
  assert.equal(chunkTexts(rowsOf(2n), tableOf(2n), CONTEXT), textsOf(rowsOf(2n)))
  assert.equal(chunkTexts(rowsOf(2n), tableOf(), CONTEXT), textsOf(rowsOf()))
  assert.equal(chunkTexts(rowsOf(1n, 2n), tableOf(2n), CONTEXT), textsOf(rowsOf(2n)))
})

test('chunk texts: a live row left out, a foreign row, a missing or further chunk are named by their place', () => {
  assert.is(chunkTexts(rowsOf(), tableOf(2n), CONTEXT), 2)
  const foreign = tableOf()
  foreign.rowIds[4] = 9n
  assert.is(chunkTexts(rowsOf(), foreign, CONTEXT), 4)
  const part = (count: number) => {
    const { datanetIds, rowIds, orderKeys } = tableOf()
    return {
      datanetIds: datanetIds.slice(0, count),
      rowIds: rowIds.slice(0, count),
      orderKeys: orderKeys.slice(0, count),
    }
  }
  assert.is(chunkTexts(rowsOf(), part(5), CONTEXT), 5)
  const further = tableOf()
  const longer = (values: BigUint64Array) => BigUint64Array.from([...values, values.at(-1)!])
  const more = {
    datanetIds: longer(further.datanetIds),
    rowIds: longer(further.rowIds),
    orderKeys: longer(further.orderKeys),
  }
  assert.is(chunkTexts(rowsOf(), more, CONTEXT), 6)
})

test.run()
