/**
 * Compiles every `.sol` file of the natives with solc and writes `generated/<name>.ts`: ABI and storage layout, so that
 * no selector, topic or slot is ever typed by hand (`npm run abi`; a test compares the committed files).
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StorageLayout } from './storageTypes.ts'

const ROOM = fileURLToPath(new URL('.', import.meta.url))

interface SolcVariable {
  readonly label: string
  readonly slot: string
  readonly offset: number
  readonly type: string
}
interface SolcType {
  readonly encoding: string
  readonly label: string
  readonly numberOfBytes: string
  readonly key?: string
  readonly value?: string
  readonly base?: string
  readonly members?: readonly SolcVariable[]
}
interface SolcContract {
  readonly abi: readonly unknown[]
  readonly evm: { readonly deployedBytecode: { readonly object: string } }
  readonly storageLayout: {
    readonly storage: readonly SolcVariable[]
    readonly types: Readonly<Record<string, SolcType>>
  }
}
interface SolcOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts: Readonly<Record<string, Readonly<Record<string, SolcContract>>>>
}

/** Standard JSON → standard JSON. */
export type Solc = (input: string) => string

const installedSolc: Solc = (input) => (createRequire(import.meta.url)('solc') as { compile: Solc }).compile(input)

/** Sources by path → solc's output, with `more` outputs if named; throws with solc's own messages. */
export function compileSolidity(
  sources: Readonly<Record<string, string>>,
  more: readonly string[] = [],
  solc: Solc = installedSolc,
): SolcOutput {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(sources).map(([path, content]) => [path, { content }])),
    settings: { outputSelection: { '*': { '*': ['abi', 'storageLayout', ...more] } } },
  }
  const output = JSON.parse(solc(JSON.stringify(input))) as SolcOutput
  const errors = (output.errors ?? []).filter((error) => error.severity === 'error')
  if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join('\n'))
  return output
}

type Types = Readonly<Record<string, SolcType>>

/** A solc storage type → a `StorageType` literal (storageTypes.ts); solc's AST numbers do not appear in it. */
function typeNode(types: Types, id: string): unknown {
  const type = types[id]!
  const bytes = Number(type.numberOfBytes)
  if (type.encoding === 'mapping')
    return { kind: 'mapping', key: typeNode(types, type.key!), value: typeNode(types, type.value!) }
  if (type.encoding === 'bytes') return { kind: type.label === 'string' ? 'string' : 'bytes' }
  if (type.members !== undefined) return { kind: 'struct', slots: bytes / 32, fields: variables(types, type.members) }
  if (type.base !== undefined) return arrayNode(types, type, bytes)
  const integer = /^(u?int)(\d+)$/.exec(type.label)
  if (integer !== null) return { kind: integer[1], bytes }
  if (type.label.startsWith('enum ')) return { kind: 'uint', bytes }
  if (type.label === 'bool') return { kind: 'bool', bytes }
  if (type.label === 'address' || type.label === 'address payable') return { kind: 'address', bytes }
  if (/^bytes\d+$/.test(type.label)) return { kind: 'fixedBytes', bytes }
  throw new Error(`storage of type ${type.label} is not known here`)
}

function arrayNode(types: Types, type: SolcType, bytes: number): unknown {
  const element = typeNode(types, type.base!)
  if (type.encoding === 'dynamic_array') return { kind: 'dynamicArray', element }
  const length = Number(/\[(\d+)\]$/.exec(type.label)![1])
  return { kind: 'fixedArray', element, length, slots: bytes / 32 }
}

/** The layout of one contract, as `openStorage` takes it. */
export function storageVariables({ storageLayout }: SolcContract): StorageLayout {
  return variables(storageLayout.types, storageLayout.storage) as StorageLayout
}

function variables(types: Types, list: readonly SolcVariable[]): Record<string, unknown> {
  const entries = list.map(({ label, slot, offset, type }) => [
    label,
    { slot: BigInt(slot), offset, type: typeNode(types, type) },
  ])
  return Object.fromEntries(entries)
}

/** JSON with bigint literals and bare keys. */
function literal(value: unknown, indent = ''): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  const list = Array.isArray(value)
  const parts = list
    ? value.map((item) => inner + literal(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${key}: ${literal(item, inner)}`)
  const [open, close] = list ? ['[', ']'] : ['{', '}']
  return parts.length === 0 ? open + close : `${open}\n${parts.join(',\n')},\n${indent}${close}`
}

/** File name → text of everything in `generated/`. */
export function generatedFiles(): Map<string, string> {
  const paths = globSync(['*.sol', '*/*.sol'], { cwd: ROOM }).sort()
  const sources = Object.fromEntries(paths.map((path) => [path, readFileSync(join(ROOM, path), 'utf8')]))
  const { contracts } = compileSolidity(sources)
  const files = new Map<string, string>()
  for (const path of paths) {
    const title = basename(path, '.sol')
    if (!/^I[A-Z]/.test(title)) continue
    const name = title[1]!.toLowerCase() + title.slice(2)
    const layoutPath = path.replace(/I(\w+)\.sol$/, '$1Storage.sol')
    const layout = contracts[layoutPath]?.[basename(layoutPath, '.sol')]
    const parts = [
      `/** Written by \`npm run abi\` from ${path}${layout === undefined ? '' : ` and ${basename(layoutPath)}`}; do not edit. */`,
      `export const ${name}Abi = ${literal(contracts[path]![title]!.abi)} as const`,
    ]
    if (layout !== undefined) parts.push(`export const ${name}Storage = ${literal(storageVariables(layout))} as const`)
    files.set(`${name}.ts`, `${parts.join('\n\n')}\n`)
  }
  return files
}

if (import.meta.main) for (const [name, text] of generatedFiles()) writeFileSync(join(ROOM, 'generated', name), text)
