/** The launcher: which runtime and program it takes, and that status and signals pass through it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const root = fileURLToPath(new URL('../../../', import.meta.url))

const PROGRAM = `
const [command, argument] = process.argv.slice(2)
if (command === 'exit') process.exit(Number(argument))
if (command === 'die') process.kill(process.pid, argument)
if (command === 'version') console.log(process.version, process.execPath)
if (command === 'echo') process.stdin.pipe(process.stdout)
if (command === 'wait' || command === 'die') {
  setInterval(() => {}, 1000)
  if (command === 'wait') for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(s, () => { console.log(s); process.exit(40) })
  console.log('ready')
}
`

let folder = ''
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'openledger-launcher-'))
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'dist', 'node'), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  cpSync(join(root, 'bin', 'openledger.js'), join(folder, 'bin', 'openledger.mjs'))
  writeFileSync(join(folder, 'dist', 'node', 'main.js'), PROGRAM)
  symlinkSync(join(root, 'node_modules', 'node'), join(folder, 'node_modules', 'node'))
})
test.after(() => rmSync(folder, { recursive: true, force: true }))

const launcher = () => join(folder, 'bin', 'openledger.mjs')
const launch = (...args: string[]) =>
  spawnSync(process.execPath, [launcher(), ...args], { encoding: 'utf8', input: 'hello' })

function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })))
}

test('launcher: runs the program on the binary of the package node', () => {
  const { stdout } = launch('version')
  const [version, binary] = stdout.trim().split(' ')
  const manifest = JSON.parse(readFileSync(join(root, 'node_modules', 'node', 'package.json'), 'utf8'))
  assert.is(version, `v${manifest.version}`)
  assert.is(binary, realpathSync(join(root, 'node_modules', 'node', 'bin', 'node')))
})

test('launcher: the exit status is the program’s', () => {
  assert.is(launch('exit', '0').status, 0)
  assert.is(launch('exit', '7').status, 7)
})

test('launcher: standard input reaches the program', () => {
  assert.is(launch('echo').stdout, 'hello')
})

test('launcher: a program killed by a signal kills the launcher by the same', () => {
  assert.is(launch('die', 'SIGKILL').signal, 'SIGKILL')
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  test(`launcher: ${signal} reaches the program, which ends in its own way`, async () => {
    const child = spawn(process.execPath, [launcher(), 'wait'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const end = ended(child)
    let output = ''
    for await (const chunk of child.stdout) {
      output += chunk
      if (output === 'ready\n') child.kill(signal)
    }
    assert.is(output, `ready\n${signal}\n`)
    assert.equal(await end, { code: 40, signal: null })
  })

test('launcher: a package without its program says so', () => {
  const bare = join(folder, 'bare', 'bin')
  mkdirSync(bare, { recursive: true })
  cpSync(launcher(), join(bare, 'openledger.mjs'))
  const { status, stderr } = spawnSync(process.execPath, [join(bare, 'openledger.mjs')], { encoding: 'utf8' })
  assert.is(status, 1)
  assert.match(stderr, /holds neither node\/main\.ts nor dist\/node\/main\.js/)
})

test.run()
