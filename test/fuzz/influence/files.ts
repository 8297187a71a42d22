/** `influence/files`: damaged and forged bytes into every decoder: a refusal with its code, or the same bytes back. */
import { equal, fromHex } from '../../../primitives/bytes.ts'
import type { Random } from '../random.ts'
import type { FuzzSubject, OpenedSubject } from '../subject.ts'
import type { Decoder } from './decoder.ts'
import { openDecoders } from './decoders.ts'
import { mutate, shrinkBytes } from './mutate.ts'

export interface FileCase {
  readonly decoder: string
  /** Hexadecimal. */
  readonly bytes: string
}

/** Decoded values are views and small copies of the input: a length field must not buy memory. */
const ALLOCATED_PER_BYTE_MAX = 64
const ALLOCATED_FREE_BYTES = 2 ** 20

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function draw(random: Random, decoders: readonly Decoder[]): FileCase {
  const decoder = random.pick(decoders)
  const bytes = mutate(random, random.pick(decoder.valid), random.pick(decoder.valid))
  const own = decoder.repair !== undefined && random.oneIn(2) ? decoder.repair(bytes) : bytes
  return { decoder: decoder.name, bytes: hexOf(own) }
}

export async function checkFile(
  { decoder: name, bytes: hex }: FileCase,
  decoders: readonly Decoder[],
): Promise<string | undefined> {
  const decoder = decoders.find((own) => own.name === name)
  if (decoder === undefined) throw new Error(`no decoder ${name}`)
  const bytes = fromHex(`0x${hex}`)
  const own = bytes.slice()
  const before = process.memoryUsage().arrayBuffers
  const decoded = await decoder.decode(own)
  const allocated = process.memoryUsage().arrayBuffers - before
  if (!equal(own, bytes)) return `${name}: the decoder changed its input`
  const bound = ALLOCATED_FREE_BYTES + ALLOCATED_PER_BYTE_MAX * bytes.length
  if (allocated > bound) return `${name}: ${allocated} bytes allocated for ${bytes.length}`
  if (decoded instanceof Uint8Array) {
    return equal(decoded, bytes) ? undefined : `${name}: accepted, but encodes to other bytes: ${hexOf(decoded)}`
  }
  return /^[A-Z][A-Za-z]+$/.test(decoded.code) ? undefined : `${name}: refused with the code ${decoded.code}`
}

async function openSubject(open: () => Promise<readonly Decoder[]>): Promise<OpenedSubject<FileCase>> {
  const decoders = await open()
  return {
    compares: decoders.map(({ name }) => name),
    notRun: [],
    draw: (random) => draw(random, decoders),
    check: (own) => checkFile(own, decoders),
    *shrink({ decoder, bytes }) {
      for (const smaller of shrinkBytes(fromHex(`0x${bytes}`))) yield { decoder, bytes: hexOf(smaller) }
    },
    close: () => {},
  }
}

/** A subject of the decoders of some room. */
export function damagedBytes(name: string, open: () => Promise<readonly Decoder[]>): FuzzSubject<FileCase> {
  const says = 'damaged and forged bytes into every decoder: refused with a code, or encoded back the same'
  return { name, says, open: () => openSubject(open) }
}

export const files = damagedBytes('influence/files', openDecoders)
