/** The house rules, enforced on the real tree; a planted offence of each kind shows that each rule bites. */
import { globSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cycleOffences, deadOffences, lawOffences, packageOffences } from './tidy/importLaw.ts'
import { purityOffences } from './tidy/purity.ts'
import {
  exportOffences,
  FILE_LINES_MAX,
  FUNCTION_LINES_MAX,
  nameOffences,
  sizeOffences,
  textOffences,
} from './tidy/shape.ts'
import { parseSources, type Source } from './tidy/source.ts'
import { testOffences } from './tidy/testManners.ts'

const ROOT = new URL('../', import.meta.url)
const ROOMS = 'primitives,consensus,runtime,precompiles,genesis,influence,rollup,p2p,rpc,studio,node,bin,test'
const PROGRAMS = ['node/main.ts', 'bin/openledger.js', 'test/run.ts', 'test/together.ts']

function readTree(): Record<string, string> {
  const paths = globSync(`{${ROOMS}}/**/*.{ts,js}`, { cwd: ROOT.pathname })
  return Object.fromEntries(
    paths
      .map((path) => path.replaceAll('\\', '/'))
      .sort()
      .map((path) => [path, readFileSync(new URL(path, ROOT), 'utf8')]),
  )
}

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
}

const manifest = (): Manifest => JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'))

/** TypeScript files that package.json's scripts and the CI script run by name. */
function scriptPrograms(): string[] {
  const text = readFileSync(new URL('package.json', ROOT), 'utf8')
  return [...text.matchAll(/[\w./-]+\.(?:ts|js)\b/g)].map(([path]) => path.replace(/^\.\//, ''))
}

const isMade = ({ path }: Source) => path.includes('/generated/') || path.includes('/vectors/')

test('tidy: the whole tree keeps the rules', () => {
  const sources = parseSources(readTree())
  assert.ok(sources.length > 50, `${sources.length} files were read`)
  const written = sources.filter((source) => !isMade(source))
  const offences = [
    ...lawOffences(sources),
    ...packageOffences(sources, Object.keys(manifest().dependencies), scriptPrograms()),
    ...cycleOffences(sources),
    ...deadOffences(sources, [...PROGRAMS, ...scriptPrograms()]).filter((text) => !text.includes('/vectors/')),
    ...purityOffences(sources, scriptPrograms()),
    ...sizeOffences(written),
    ...nameOffences(written),
    ...textOffences(written),
    ...exportOffences(written),
    ...testOffences(written),
  ]
  assert.is(offences.join('\n'), '')
})

test('tidy: docs/dependencies.md names every dependency with its version, and no other', () => {
  const text = readFileSync(new URL('docs/dependencies.md', ROOT), 'utf8')
  const written = [...text.matchAll(/^\| `([^`]+)` \| (\S+) \| \S/gm)].map(([, name, version]) => `${name} ${version}`)
  const { dependencies, devDependencies } = manifest()
  const installed = Object.entries({ ...dependencies, ...devDependencies }).map((entry) => entry.join(' '))
  assert.equal(written.sort(), installed.sort())
})

type Rule = (sources: readonly Source[]) => string[]
const deadFromMain: Rule = (sources) => deadOffences(sources, ['node/main.ts'])
const DOC = '/** A file of this test. */\n'
const UNFINISHED = ['TO', 'DO'].join('')

/** Rule, what is planted, the files, and how the one offence must begin. */
const planted: readonly [Rule, string, Record<string, string>, string][] = [
  [
    lawOffences,
    'a floor that imports a program',
    { 'primitives/a.ts': `import { b } from '../node/b.ts'`, 'node/b.ts': 'export const b = 1' },
    'primitives/a.ts:1 law: primitives may import nothing, not node/b.ts',
  ],
  [
    lawOffences,
    'a type import against the law',
    { 'runtime/a.ts': `\nimport type { B } from '../rpc/b.ts'`, 'rpc/b.ts': 'export type B = 1' },
    'runtime/a.ts:2 law: runtime may import precompiles, primitives, not rpc/b.ts',
  ],
  [
    lawOffences,
    'a late import against the law',
    { 'rpc/a.ts': `export const a = () => import('../node/b.ts')`, 'node/b.ts': 'export const b = 1' },
    'rpc/a.ts:1 law: rpc may import runtime, precompiles, primitives, not node/b.ts',
  ],
  [lawOffences, 'a new room', { 'lib/a.ts': 'export const a = 1' }, 'lib/a.ts:1 law: lib/ is no room'],
  [
    (sources) => packageOffences(sources, ['level']),
    'a package that users do not get',
    { 'node/a.ts': `import 'level/x'\nimport 'node:fs'\nimport './b.ts'\nimport 'uvu'`, 'node/b.ts': '1' },
    "node/a.ts:4 package: uvu is not among package.json's dependencies",
  ],
  [
    cycleOffences,
    'a cycle of type imports',
    {
      'rpc/a.ts': `import type { B } from './b.ts'\nexport type A = B`,
      'rpc/b.ts': `import type { A } from './a.ts'\nexport type B = A`,
    },
    'rpc/a.ts:1 cycle: rpc/a.ts → rpc/b.ts → rpc/a.ts',
  ],
  [
    deadFromMain,
    'a file that nothing imports',
    { 'node/main.ts': `new URL('./worker.ts', import.meta.url)`, 'node/worker.ts': '1', 'node/dead.ts': '1' },
    'node/dead.ts:1 dead: ',
  ],
  [
    deadFromMain,
    'a source that only a test imports',
    { 'node/a.ts': 'export const a = 1', 'test/node/a.test.ts': `import { a } from '../../node/a.ts'` },
    'node/a.ts:1 dead: ',
  ],
  [deadFromMain, 'a test’s part that no test imports', { 'test/node/world.ts': '1' }, 'test/node/world.ts:1 dead: '],
  [
    purityOffences,
    'a clock',
    { 'consensus/a.ts': 'export const now = () => Date.now()' },
    "consensus/a.ts:1 pure: Date.now is banned here; take the block's timestamp",
  ],
  [
    purityOffences,
    'randomness',
    { 'runtime/a.ts': 'export const x = Math.random()' },
    'runtime/a.ts:1 pure: Math.random is banned here; take a seed passed in',
  ],
  [
    purityOffences,
    'the process',
    { 'precompiles/a.ts': 'export const x = process.env' },
    'precompiles/a.ts:1 pure: process.env is banned here',
  ],
  [purityOffences, 'console', { 'genesis/a.ts': 'console.log(1)' }, 'genesis/a.ts:1 pure: console.log is banned here'],
  [
    purityOffences,
    'a timer',
    { 'runtime/a.ts': 'setTimeout(() => {}, 1)' },
    'runtime/a.ts:1 pure: setTimeout is banned here; take a timer effect',
  ],
  [
    purityOffences,
    'a file',
    { 'genesis/a.ts': `import { readFileSync } from 'node:fs'` },
    'genesis/a.ts:1 pure: node:fs is banned here',
  ],
  [
    purityOffences,
    'a database',
    { 'runtime/a.ts': `import { Level } from 'level'` },
    'runtime/a.ts:1 pure: level is banned here; take a StateStore passed in',
  ],
  [
    purityOffences,
    'a clock behind the floor that a native imports',
    {
      'precompiles/a.ts': `import { b } from '../influence/b.ts'`,
      'influence/b.ts': 'export const b = performance.now()',
    },
    'influence/b.ts:1 pure: performance.now is banned here',
  ],
  [
    (sources) => purityOffences(sources, ['precompiles/tool.ts']),
    'a tool that its room imports',
    { 'precompiles/a.ts': `import './tool.ts'`, 'precompiles/tool.ts': `import 'node:fs'` },
    'precompiles/tool.ts:1 pure: node:fs is banned here',
  ],
  [
    sizeOffences,
    'a long file',
    { 'rpc/a.ts': `${DOC}${'export {}\n'.repeat(FILE_LINES_MAX)}` },
    `rpc/a.ts:1 size: ${FILE_LINES_MAX + 1} lines, at most ${FILE_LINES_MAX}`,
  ],
  [
    sizeOffences,
    'a long function',
    { 'rpc/a.ts': `function long() {${'\n'.repeat(FUNCTION_LINES_MAX)}}` },
    `rpc/a.ts:1 size: long has ${FUNCTION_LINES_MAX + 1} lines, at most ${FUNCTION_LINES_MAX}`,
  ],
  [
    sizeOffences,
    'a full folder',
    Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`rpc/a${i}.ts`, '1'])),
    'rpc:1 size: 17 files, at most 16',
  ],
  [nameOffences, 'a name that says nothing', { 'rpc/rpcHelpers.ts': '1' }, 'rpc/rpcHelpers.ts:1 name: "helpers"'],
  [nameOffences, 'a folder that says nothing', { 'rpc/utils/a.ts': '1' }, 'rpc/utils/a.ts:1 name: "utils"'],
  [nameOffences, 'a kebab name', { 'rpc/log-match.ts': '1' }, 'rpc/log-match.ts:1 name: files are named in camelCase'],
  [nameOffences, 'an index', { 'rpc/index.ts': '1' }, 'rpc/index.ts:1 name: index.ts'],
  [textOffences, 'no first sentence', { 'rpc/a.ts': 'export const a = 1' }, 'rpc/a.ts:1 doc: '],
  [textOffences, 'unfinished work', { 'rpc/a.ts': `${DOC}// ${UNFINISHED} later` }, 'rpc/a.ts:2 unfinished: '],
  [exportOffences, 'a default export', { 'rpc/a.ts': '\nexport default 1' }, 'rpc/a.ts:2 export: no default exports'],
  [
    exportOffences,
    'a default function',
    { 'rpc/a.ts': 'export default function f() {}' },
    'rpc/a.ts:1 export: no default exports',
  ],
  [exportOffences, 'a barrel', { 'rpc/a.ts': `export * from './b.ts'` }, 'rpc/a.ts:1 export: a barrel'],
  [
    exportOffences,
    'half a barrel',
    { 'rpc/a.ts': `export { b } from './b.ts'\nexport const a = 1` },
    'rpc/a.ts:1 export: passes on names of rpc/b.ts',
  ],
  [
    testOffences,
    'a forgotten run',
    { 'test/rpc/a.test.ts': `import { test } from 'uvu'\ntest('a: b', () => {})` },
    'test/rpc/a.test.ts:1 test: never calls test.run()',
  ],
  [
    testOffences,
    'a run inside a function',
    { 'test/rpc/a.test.ts': `import { test } from 'uvu'\nconst f = () => { test.run() }` },
    'test/rpc/a.test.ts:1 test: never calls test.run()',
  ],
  [
    testOffences,
    'a suite that is not run',
    { 'test/rpc/a.test.ts': `import { suite } from 'uvu'\nconst s = suite('s')` },
    'test/rpc/a.test.ts:1 test: never calls s.run()',
  ],
  [
    testOffences,
    'only',
    { 'test/rpc/a.test.ts': `import { test } from 'uvu'\ntest.only('a: b', () => {})\ntest.run()` },
    'test/rpc/a.test.ts:2 test: .only hides tests',
  ],
  [
    testOffences,
    'skip',
    { 'test/rpc/a.test.ts': `import { test } from 'uvu'\ntest.skip('a: b', () => {})\ntest.run()` },
    'test/rpc/a.test.ts:2 test: .skip hides tests',
  ],
  [
    testOffences,
    'a test without tests',
    { 'test/rpc/a.test.ts': 'export const a = 1' },
    'test/rpc/a.test.ts:1 test: has no uvu tests',
  ],
  [
    testOffences,
    'a file outside the repository',
    { 'test/rpc/world.ts': `export const f = '../../../${'shared'}/x'` },
    'test/rpc/world.ts:1 test: reads outside the repository',
  ],
]

// One start of the compiler parses all plants: each stands below a folder of its own, which is cut off again.
const plants = parseSources(
  Object.fromEntries(
    planted.flatMap(([, , files], i) => Object.entries(files).map(([path, text]) => [`plant${i}/${path}`, text])),
  ),
)

for (const [i, [rule, name, files, expected]] of planted.entries())
  test(`tidy: ${name} is caught`, () => {
    const prefix = `plant${i}/`
    const cut = (text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)
    const sources = plants
      .filter(({ path }) => path.startsWith(prefix))
      .map((source) => ({
        ...source,
        path: cut(source.path),
        imports: source.imports.map((found) => ({ ...found, to: cut(found.to) })),
      }))
    assert.is(sources.length, Object.keys(files).length)
    const offences = rule(sources)
    assert.is(offences.length, 1, offences.join('\n'))
    assert.is(offences[0]!.slice(0, expected.length), expected)
  })

test('tidy: a name that is declared, a member or a type is no global', () => {
  const innocent = `${DOC}
    export interface Clock { process: number; console(): void }
    export type When = Date
    export const f = (process: { env: number }, clock: Clock) => process.env + clock.process
    export const g = { console: 1, setTimeout() {} }
    export const h = (o: Clock) => o.console()`
  assert.equal(purityOffences(parseSources({ 'runtime/a.ts': innocent })), [])
})

test('tidy: a function’s lines are its own; those of its inner functions count there', () => {
  const inner = `const inner = () => {${'\n'.repeat(FUNCTION_LINES_MAX + 5)}}`
  const [offence, ...others] = sizeOffences(parseSources({ 'rpc/a.ts': `function outer() {\n${inner}\n}` }))
  assert.is(offence, `rpc/a.ts:2 size: inner has ${FUNCTION_LINES_MAX + 6} lines, at most ${FUNCTION_LINES_MAX}`)
  assert.equal(others, [])
})

test('tidy: a worker named by its file, or by its name and the own extension, is alive', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
  const text = 'new URL(`./late${extname(import.meta.url)}`, import.meta.url)'
  const main = `new URL('./worker.ts', import.meta.url)\n${text}`
  assert.equal(deadFromMain(parseSources({ 'node/main.ts': main, 'node/worker.ts': '1', 'node/late.ts': '1' })), [])
})

test('tidy: a tool of a pure room that only a script runs may read files', () => {
  const sources = parseSources({ 'precompiles/tool.ts': `import 'node:fs'` })
  assert.equal(purityOffences(sources, ['precompiles/tool.ts']), [])
})

test('tidy: rules hold their peace about a file that keeps them', () => {
  const sources = parseSources({
    'primitives/a.ts': `${DOC}export const a = (x: number): number => x + 1\n`,
    'node/main.ts': `${DOC}import { a } from '../primitives/a.ts'\nconsole.log(a(1), Date.now())\n`,
    'test/primitives/a.test.ts': `${DOC}import { test } from 'uvu'\ntest('a: b', () => {})\ntest.run()\n`,
  })
  const rules: Rule[] = [
    lawOffences,
    cycleOffences,
    deadFromMain,
    purityOffences,
    sizeOffences,
    nameOffences,
    textOffences,
  ]
  for (const rule of [...rules, exportOffences, testOffences]) assert.equal(rule(sources), [])
})

test.run()
