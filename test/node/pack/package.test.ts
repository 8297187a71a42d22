/**
 * The published package: packed, installed into an empty folder by npm, and run there by whatever Node is on the PATH.
 * Costs about 12 s and 10 s of CPU, nearly all of it npm's.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const INSTALL_TIMEOUT_MS = 240_000

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

test('package: installed from its tarball into an empty folder, openledger answers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openledger-package-'))
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder], root)
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], folder)
    const command = join(folder, 'node_modules', '.bin', 'openledger')
    assert.match(run(command, ['--help'], folder), /Usage: openledger[\s\S]*devnet[\s\S]*demo/)
    const wrong = spawnSync(command, ['nonsense'], { cwd: folder, env: userEnvironment(), encoding: 'utf8' })
    assert.is(wrong.status, 1)
    assert.match(wrong.stderr, /unknown command 'nonsense'/)
    const installed = join(folder, 'node_modules', 'openledger-node')
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    assert.is(
      files.some((file) => file.endsWith('.ts') || file.startsWith('test')),
      false,
    )
    for (const file of ['dist/genesis/networks/devnet.json', 'dist/precompiles/datanet/IDatanet.sol', 'LICENSE'])
      assert.ok(files.includes(file), `${file} is not in the package`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.run()
