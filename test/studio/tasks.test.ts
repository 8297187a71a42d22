/** The ten transformations and the rows made from them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeRow, rowHash } from '../../primitives/rows.ts'
import { copierRows, noiseRows, TASKS, taskRow, taskSet } from '../../studio/tasks.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

test('tasks: each transformation on one phrase', () => {
  const got = Object.fromEntries(TASKS.map((task) => [task.title, task.apply('blue fox')]))
  assert.equal(got, {
    'reverse the words': 'fox blue',
    'alternate case': 'bLuE fOx',
    '" 1 " between words': 'blue 1 fox',
    'vowels to *': 'bl** f*x',
    'double consonants': 'bbllue ffoxx',
    capitalise: 'Blue Fox',
    'drop vowels': 'bl fx',
    'add "ly"': 'bluely foxly',
    'keep vowels': 'ue o',
    'repeat each word': 'blue blue fox fox',
  })
})

test('tasks: the prompt names the task, by first letters that differ', () => {
  assert.is(text(taskRow(TASKS[0]!, 'blue fox').input), 'rev: blue fox')
  assert.is(new Set(TASKS.map((task) => task.name[0])).size, 10)
})

test('tasks: a seed fixes every row; another seed gives others', () => {
  const options = { seed: 7, rowsPerTask: 20, questionsPerTask: 3 }
  assert.equal(taskSet(options), taskSet(options))
  assert.not.equal(taskSet(options), taskSet({ ...options, seed: 8 }))
})

test('tasks: 90 rows and 10 questions each, legal, short, and no phrase twice', () => {
  const { rows, questions } = taskSet({ seed: 1, rowsPerTask: 90, questionsPerTask: 10 })
  const all = [...rows.flat(), ...questions.flat()]
  assert.is(all.length, 1000)
  assert.is(new Set(all.map((row) => text(row.input).split(': ')[1])).size, 1000)
  for (const row of all) {
    assert.instance(encodeRow(row), Uint8Array)
    assert.ok(row.input.length + row.output.length <= 39, text(row.input))
  }
})

test("tasks: half of a copier's rows are exact copies, the other half differ a little", () => {
  const others = taskSet({ seed: 1, rowsPerTask: 9, questionsPerTask: 1 }).rows.flat()
  const hash = (row: (typeof others)[number]) => text(rowHash(encodeRow(row) as Uint8Array))
  const known = new Set(others.map(hash))
  const copies = copierRows(3, others, 40)
  const isKnown = copies.map((row) => known.has(hash(row)))
  assert.equal(isKnown.slice(0, 20), Array(20).fill(true))
  assert.equal(isKnown.slice(20), Array(20).fill(false))
})

test('tasks: noise is legal rows that answer no task', () => {
  const rows = noiseRows(5, 60)
  assert.is(rows.length, 60)
  for (const row of rows) {
    const [name, phrase] = text(row.input).split(': ')
    assert.instance(encodeRow(row), Uint8Array)
    assert.is.not(text(row.output), TASKS.find((task) => task.name === name)!.apply(phrase!))
  }
})

test.run()
