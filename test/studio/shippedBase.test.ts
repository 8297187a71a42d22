/** The base in the repository: the bytes its README names, what it can do, and what it cannot do yet. */
import { readFile } from 'node:fs/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../primitives/bytes.ts'
import { sha256 } from '../../primitives/hashes.ts'
import { corpusRow, EDITS } from '../../studio/base/corpus.ts'
import { readBase } from '../../studio/base/shippedBase.ts'
import { randomGenerator } from '../../studio/random.ts'
import { TASKS, taskSet } from '../../studio/tasks.ts'
import { openStudioWorker } from '../../studio/worker/studioWorker.ts'
import { accepted } from './reexecution.ts'

test('shipped base: the README names its hash, and it is below 2 MB', async () => {
  const { weights } = await readBase()
  const readme = await readFile(new URL('../../studio/base/README.md', import.meta.url), 'utf8')
  assert.ok(readme.includes(toHex(sha256(weights)).slice(2)))
  assert.ok(weights.length < 2_000_000)
})

test('shipped base: its corpus holds none of the ten tasks, by name or by deed', () => {
  // Two phrases, since an edit may agree with a task on one: capital vowels make `kImA tOl`, as alternate case does.
  const phrases = ['kima tol', 'brec und']
  const names = new Set(EDITS.flatMap((edit) => edit.names))
  const outputs = new Set(EDITS.map((edit) => phrases.map((phrase) => edit.apply(phrase.split(' '))).join('\n')))
  for (const task of TASKS) {
    assert.not.ok(names.has(task.name), task.name)
    assert.not.ok(outputs.has(phrases.map(task.apply).join('\n')), task.title)
  }
})

test("shipped base: knows its corpus, and not yet the demo's tasks", async () => {
  const generator = randomGenerator(77)
  const known = Array.from({ length: 32 }, () => corpusRow(generator, 39, 2))
  const asked = taskSet({ seed: 1, rowsPerTask: 1, questionsPerTask: 2 }).questions.flat()
  const worker = accepted(await openStudioWorker(await readBase()))
  try {
    const before = accepted(await worker.evaluate(null, known))
    assert.ok(before.accuracy >= 0.7, `corpus: ${before.accuracy}`)
    const after = accepted(await worker.evaluate(null, asked))
    assert.ok(after.accuracy <= 0.1, `tasks: ${after.accuracy}`)
  } finally {
    await worker.close()
  }
})

test.run()
