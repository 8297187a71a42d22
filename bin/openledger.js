#!/usr/bin/env node
/** Starts the `openledger` command on the pinned Node, whatever Node the user has; signals and exit status pass through. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** In the repository the TypeScript runs as it is; Node strips no types below node_modules, so the package has JavaScript. */
const program = [join(root, 'node', 'main.ts'), join(root, 'dist', 'node', 'main.js')].find(existsSync)

/** The binary of the npm package `node`; the user's own Node if it is as new, for installs without scripts. */
function findRuntime() {
  let version = 'of package.json'
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json')
    version = createRequire(import.meta.url)('node/package.json').version
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(binary)) return binary
  } catch {
    // The package is not there: the same advice holds.
  }
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  console.error(`error: openledger needs Node ${version}, which its package "node" did not install here.`)
  console.error(
    `Run "npm rebuild node" in ${root} (allow its install script), or start openledger with Node 24 or newer.`,
  )
  process.exit(1)
}

if (program === undefined) {
  console.error(`error: ${root} holds neither node/main.ts nor dist/node/main.js; install openledger-node again.`)
  process.exit(1)
}

const child = spawn(findRuntime(), [program, ...process.argv.slice(2)], { stdio: 'inherit' })

// A terminal sends Ctrl-C to the child too; twice would read as "stop at once".
const isTerminal = process.stdin.isTTY === true
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !isTerminal) child.kill(signal)
  })

child.on('error', (error) => {
  console.error(`error: cannot start ${child.spawnfile}: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
