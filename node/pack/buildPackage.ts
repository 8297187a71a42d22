/** Run by `npm pack`: writes `dist/`, the tree as JavaScript with its assets. */
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripSource } from './stripSource.ts'

/** What a user of the command runs. The tests stay in the repository. */
const ROOMS = [
  'primitives',
  'consensus',
  'influence',
  'precompiles',
  'runtime',
  'genesis',
  'studio',
  'p2p',
  'rpc',
  'node',
]

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = join(root, 'dist')

/** All files of the rooms but hidden ones. */
function listFiles(): string[] {
  const entries = ROOMS.flatMap((room) => globSync(`${room}/**/*`, { cwd: root, withFileTypes: true }))
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

function buildPackage(): void {
  rmSync(dist, { recursive: true, force: true })
  const files = listFiles()
  if (!files.includes(join('node', 'main.ts'))) throw new Error('node/main.ts is not in the tree: nothing to pack')
  for (const path of files) {
    const target = join(dist, path)
    mkdirSync(dirname(target), { recursive: true })
    if (!path.endsWith('.ts')) {
      cpSync(join(root, path), target)
      continue
    }
    const folder = dirname(join(root, path))
    const script = stripSource(readFileSync(join(root, path), 'utf8'), (name) => existsSync(join(folder, name)))
    writeFileSync(target.replace(/\.ts$/, '.js'), script)
  }
}

buildPackage()
