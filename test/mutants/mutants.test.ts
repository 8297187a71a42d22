/** Mutants: each patch still fits the tree, and the check that it names is there (`npm run mutants` runs them). */
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { applyEdit, parseMutant } from './mutant.ts'
import { readMutants } from './mutants.ts'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

test('mutants: each fits the tree, changes it, and names a check that is there', () => {
  const mutants = readMutants()
  assert.ok(mutants.length >= 30, `${mutants.length} mutants`)
  for (const { name, edits, check, seenAs } of mutants) {
    for (const edit of edits) assert.not.equal(applyEdit(read(edit.path), edit), read(edit.path), name)
    const [file] = check
    assert.ok(existsSync(new URL(file!, ROOT)), `${name}: ${file}`)
    if (file!.endsWith('.test.ts')) assert.ok(read(file!).includes(seenAs), `${name}: "${seenAs}" is in ${file}`)
  }
})

const PATCH = `breaks: a rule
check: test/a.test.ts --fast
seen as: R1
diff --git a/consensus/a.ts b/consensus/a.ts
--- a/consensus/a.ts
+++ b/consensus/a.ts
@@ -1,2 +1,2 @@ export
 one
-two
+three
`

test('mutants: a patch is read with its head, and refused where it no longer fits', () => {
  const mutant = parseMutant('a', PATCH)
  const edit = { path: 'consensus/a.ts', before: 'one\ntwo\n', after: 'one\nthree\n' }
  const expected = { name: 'a', breaks: 'a rule', check: ['test/a.test.ts', '--fast'], seenAs: 'R1', edits: [edit] }
  assert.equal(mutant, expected)
  assert.is(applyEdit('zero\none\ntwo\n', edit), 'zero\none\nthree\n')
  assert.throws(() => applyEdit('one\n', edit), /0 times/)
  assert.throws(() => applyEdit('one\ntwo\none\ntwo\n', edit), /2 times/)
  assert.throws(() => parseMutant('a', PATCH.replace('check: ', '')), /no line "check/)
  assert.throws(() => parseMutant('a', PATCH.slice(0, PATCH.indexOf('diff'))), /changes nothing/)
})

test.run()
