/**
 * Compiles `kernels/*.as` with AssemblyScript into `kernels.wasm` (`npm run wasm`; a test compares the committed file):
 * no runtime, no floats, SIMD without its relaxed part, and a memory that the host brings.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const KERNELS = new URL('./kernels/', import.meta.url)
export const WASM_FILE = new URL('./kernels.wasm', import.meta.url)

/** Constants of the kernels stand behind the job's fields (kernels/job.as), below what laneMemory.ts gives out. */
const CONSTANTS_ADDRESS = '4096'
/** Pages of 64 KiB in a 32-bit memory. */
const PAGES_MAX = '65536'
const FLAGS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--noExportMemory', '--sharedMemory']
const OUTPUT = [
  '--initialMemory',
  '1',
  '--maximumMemory',
  PAGES_MAX,
  '--memoryBase',
  CONSTANTS_ADDRESS,
  '--outFile',
  'kernels.wasm',
  '--textFile',
  'kernels.wat',
]

export interface CompiledKernels {
  readonly wasm: Uint8Array
  /** The same in WebAssembly's text format. */
  readonly text: string
}

/** Throws with the compiler's own messages. */
export async function compileKernels(): Promise<CompiledKernels> {
  const { main } = await import('assemblyscript/asc')
  const written = new Map<string, Uint8Array | string>()
  const read = (name: string): string | null => {
    // The compiler asks for `.ts`; ours end in `.as`, since no TypeScript tool can read them.
    const path = name.replace(/\.ts$/, '.as')
    return /^\w+\.as$/.test(path) ? readFileSync(new URL(path, KERNELS), 'utf8') : null
  }
  const { error, stderr } = await main(['kernels.ts', ...FLAGS, '--enable', 'threads', '--enable', 'simd', ...OUTPUT], {
    readFile: read,
    writeFile: (name, contents) => void written.set(name, contents),
    listFiles: () => [],
  })
  if (error) throw new Error(`${error.message}\n${stderr}`)
  return { wasm: written.get('kernels.wasm') as Uint8Array, text: written.get('kernels.wat') as string }
}

if (import.meta.main) writeFileSync(WASM_FILE, (await compileKernels()).wasm)
