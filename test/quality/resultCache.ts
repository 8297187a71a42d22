/** Results of long computations, kept as files of a temporary folder under the hash of what they follow from. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { toHex, utf8 } from '../../primitives/bytes.ts'
import { sha256 } from '../../primitives/hashes.ts'

const FOLDER = path.join(tmpdir(), 'openledger-quality')

/** The bytes under `key`, made once. `key` must name everything that the bytes depend on but the code. */
export async function cached(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const name = toHex(sha256(utf8(key))).slice(2, 34)
  const file = path.join(FOLDER, name)
  const held = await readFile(file).catch(() => undefined)
  if (held) return new Uint8Array(held.buffer.slice(held.byteOffset, held.byteOffset + held.byteLength))
  const made = await make()
  await mkdir(FOLDER, { recursive: true })
  await writeFile(`${file}.${process.pid}`, made)
  await rename(`${file}.${process.pid}`, file)
  return made
}

/** The same for numbers. */
export async function cachedFloats(key: string, make: () => Promise<Float32Array>): Promise<Float32Array> {
  const bytes = await cached(key, async () => {
    const made = await make()
    return new Uint8Array(made.buffer.slice(made.byteOffset, made.byteOffset + made.byteLength))
  })
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
}
