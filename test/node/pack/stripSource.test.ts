/** What `npm pack` makes of a source: the same lines, no types, names that exist there. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { stripSource } from '../../../node/pack/stripSource.ts'

const files = ['./bytes.ts', '../a/b.ts', 'worker.ts']
const strip = (source: string) => stripSource(source, (name) => files.includes(name))

test('stripSource: types go, lines and columns stay', () => {
  const source = `interface A {\n  x: number\n}\nexport const f = (a: A): number => a.x\n`
  const script = strip(source)
  assert.is(script.split('\n').length, source.split('\n').length)
  assert.is(script.indexOf('=> a.x'), source.indexOf('=> a.x'))
  assert.not.match(script, /number|interface/)
})

test('stripSource: imports, late imports and worker names follow the files', () => {
  assert.match(strip(`import { x } from './bytes.ts'\nx()`), `from './bytes.js'`)
  assert.match(strip(`export const f = () => import("../a/b.ts")`), `import("../a/b.js")`)
  assert.match(strip(`new URL('worker.ts', import.meta.url)`), `new URL('worker.js'`)
  assert.match(strip('const w = `worker.ts`'), '`worker.js`')
})

test('stripSource: strings that name no file of the tree stay', () => {
  for (const text of [`'./other.ts'`, `'a file called x.ts'`, `"bytes.ts"`, `'./bytes.tsx'`])
    assert.is(strip(`console.log(${text})`), `console.log(${text})`)
})

test('stripSource: syntax that needs more than stripping is refused', () => {
  assert.throws(() => strip('enum A { B }'), /not supported/)
  assert.throws(() => strip('const ='))
})

test.run()
