/** The package as a user gets it: packed, laid into an empty folder, and run there by whatever Node is on the PATH. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const INSTALL_TIMEOUT_MS = 200_000
const DEVNET_TIMEOUT_MS = 60_000

/** The user's PATH and settings, without what `npm test` adds for this repository. */
function userEnvironment(): NodeJS.ProcessEnv {
  const PATH = process.env['PATH']!.split(delimiter).filter((folder) => !folder.includes('node_modules'))
  const own = Object.entries(process.env).filter(([name]) => !/^npm_(?!config_cache|config_registry)/i.test(name))
  return { ...Object.fromEntries(own), PATH: PATH.join(delimiter) }
}

function run(command: string, args: string[], cwd: string): string {
  const env = userEnvironment()
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS })
  const said = `${command} ${args.join(' ')}: ${result.error?.message ?? result.status}\n${result.stdout}\n${result.stderr}`
  assert.is(result.status, 0, said)
  return result.stdout
}

/** Starts the installed chain, asks what takes each of its threads, stops it as a service would. */
async function checkDevnet(command: string, cwd: string): Promise<void> {
  const child = spawn(command, ['devnet', '--port', '0', '--json'], {
    cwd,
    env: userEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), DEVNET_TIMEOUT_MS)
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const ask = async (method: string, ...params: readonly unknown[]): Promise<unknown> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(JSON.parse(line).rpcUrl, { method: 'POST', headers, body })
      return ((await answer.json()) as { result: unknown }).result
    }
    assert.is(await ask('eth_chainId'), '0x498b2d8')
    await ask('evm_mine')
    assert.is.not(await ask('eth_blockNumber'), '0x0', 'the execution thread makes blocks')
    assert.is(await ask('eth_call', { to: EMPTY_ACCOUNT, data: '0x' }, 'latest'), '0x', 'the threads for calls answer')
  } finally {
    child.kill('SIGTERM')
    assert.equal(await ended, [0, null], 'the devnet ends well on SIGTERM')
    clearTimeout(timer)
  }
}

const EMPTY_ACCOUNT = `0x${'11'.repeat(20)}`

/** Read or started by path, so that no import would miss them. */
const FILES = [
  'LICENSE',
  'dist/genesis/networks/devnet.json',
  'dist/influence/gpu/selftest.json',
  'dist/influence/wasm/kernels.wasm',
  'dist/influence/wasm/lanes/laneThread.js',
  'dist/influence/worker/worker.js',
  'dist/node/evmThread.js',
  'dist/node/execution/thread/worker.js',
  'dist/precompiles/datanet/IDatanet.sol',
  'dist/studio/base/model.safetensors',
  'dist/studio/worker/studioThread.js',
]

/** Puts the tarball into an empty folder, so that its command is `node_modules/.bin/openledger` there. */
export type Install = (tarball: string, folder: string) => void

/** As npm does, from its registry: half a minute of processor time, nearly all of it npm's. */
export const installByNpm: Install = (tarball, folder) => {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], folder)
}

/**
 * As npm would leave it, with the dependencies of this repository: those that the package names, so that it still fails on
 * an import of another.
 */
export const installByLinks: Install = (tarball, folder) => {
  const modules = join(folder, 'node_modules')
  const own = join(modules, 'openledger-node')
  mkdirSync(own, { recursive: true })
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', own], folder)
  const manifest = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as {
    bin: Record<string, string>
    dependencies: Record<string, string>
  }
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'dir')
  }
  mkdirSync(join(modules, '.bin'))
  for (const [name, file] of Object.entries(manifest.bin)) {
    chmodSync(join(own, file), 0o755)
    symlinkSync(join(own, file), join(modules, '.bin', name))
  }
}

/** Packs, installs, and runs what a user would first; throws where something is not as it must be. */
export async function checkPackage(install: Install): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'openledger-package-'))
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder], root)
    const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!)
    install(tarball, folder)
    const command = join(folder, 'node_modules', '.bin', 'openledger')
    assert.match(run(command, ['--help'], folder), /Usage: openledger[\s\S]*devnet[\s\S]*demo/)
    const wrong = spawnSync(command, ['nonsense'], { cwd: folder, env: userEnvironment(), encoding: 'utf8' })
    assert.is(wrong.status, 1)
    assert.match(wrong.stderr, /unknown command 'nonsense'/)
    await checkDevnet(command, folder)
    const installed = join(folder, 'node_modules', 'openledger-node')
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    assert.is(
      files.some((file) => file.endsWith('.ts') || file.startsWith('test')),
      false,
    )
    for (const file of FILES) assert.ok(files.includes(file), `${file} is not in the package`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
