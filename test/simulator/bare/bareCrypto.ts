/** Ids and signatures of bare cores: hashes of texts and tags, cached, since one run's nodes ask the same again and again. */
import { hash as digest } from 'node:crypto'
import type { BallotCrypto, Signed } from '../../../consensus/ballotCrypto.ts'
import type { Hash } from '../../../consensus/step.ts'
import { secretOf, taggedBls } from '../standIns/taggedBls.ts'

export interface BareCrypto extends BallotCrypto {
  sign(key: number, signed: Signed): Uint8Array
}

export function textHash(text: string): Hash {
  return `0x${digest('sha256', text, 'hex')}`
}

/** Key numbers are validator indexes. */
export function createBareCrypto(keys: number): BareCrypto {
  const secrets = Array.from({ length: keys }, (_, key) => secretOf(key))
  const publicKeys = secrets.map((secret) => taggedBls.publicKey(secret))
  const hashes = new Map<string, Uint8Array>()
  const ids = new Map<string, Hash>()
  const hashOf = (signed: Signed): Uint8Array => {
    const text = `${signed.kind} ${signed.view} ${signed.kind === 'skip' ? '' : signed.id}`
    const known = hashes.get(text)
    if (known !== undefined) return known
    const made = new Uint8Array(digest('sha256', text, 'buffer'))
    hashes.set(text, made)
    return made
  }
  return {
    candidateId({ view, parentView, parentId, blockHash }) {
      const text = `${view} ${parentView} ${parentId} ${blockHash}`
      const known = ids.get(text)
      if (known !== undefined) return known
      const made = textHash(text)
      ids.set(text, made)
      return made
    },
    verify: (signers, signed, signature) =>
      taggedBls.verify(
        signers.map((signer) => publicKeys[signer]!),
        hashOf(signed),
        signature,
      ),
    aggregate: (signatures) => taggedBls.aggregate(signatures),
    sign: (key, signed) => taggedBls.sign(secrets[key]!, hashOf(signed)),
  }
}
