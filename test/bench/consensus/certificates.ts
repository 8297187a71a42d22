/** Processor time of a view's certificates in large sets: votes of a quorum aggregated and checked, as consensus/ does it. */
import { blsBallots, type Signed, statementOf } from '../../../consensus/ballotCrypto.ts'
import { probeCrypto } from '../../../node/crypto.ts'
import { toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { type ChainContext, statementHash } from '../../../primitives/statements.ts'
import { type Epoch, quorumPower } from '../../../primitives/validatorSet.ts'
import { createRandom } from '../../fuzz/random.ts'
import { runBare } from '../../simulator/bare/bareRun.ts'
import { cpuMsSince } from '../cpuTime.ts'

const ROUNDS = 20
/** Four blocks more follow; with six views, 100 cores pass the bound of events that a bare run has. */
const CORE_VIEWS = 2
const CHAIN: ChainContext = { chainId: 1n, genesisHash: new Uint8Array(32) }

export interface CertificateFigures {
  readonly n: number
  readonly quorum: number
  readonly bls: string
  /** Making the notarization and the finalization of a view, by who collects the votes. */
  readonly makeMsPerView: number
  /** Checking both where they come from others. */
  readonly checkMsPerView: number
  /** One core's share of a run of n cores in memory, with hashes for signatures; the run's own checks are in it. */
  readonly coreMsPerView: number
}

export async function measureCertificates(n: number): Promise<CertificateFigures> {
  const { bls, names } = await probeCrypto()
  const secrets = Array.from({ length: n }, (_, i) => uintToBytes(BigInt(i + 1), 32))
  const epoch = epochOf(secrets.map((secret) => bls.publicKey(secret)))
  const crypto = blsBallots(bls, CHAIN, epoch)
  const quorum = Number(quorumPower(BigInt(n)))
  const signers = Array.from({ length: quorum }, (_, i) => i)
  let makeMs = 0
  let checkMs = 0
  // Round 0 decodes the keys, which a node does once an epoch.
  for (let view = 0; view <= ROUNDS; view++)
    for (const kind of ['notarize', 'finalize'] as const) {
      const signed: Signed = { kind, view, id: toHex(keccak256(uintToBytes(view, 8))) }
      const hash = statementHash(CHAIN, statementOf(epoch, signed))
      const votes = signers.map((signer) => bls.sign(secrets[signer]!, hash))
      let certificate: Uint8Array | undefined
      const made = cpuMs(() => {
        certificate = crypto.aggregate(votes)
        if (!crypto.verify(signers, signed, certificate!)) throw new Error('sound votes do not verify')
      })
      const checked = cpuMs(() => crypto.verify(signers, signed, certificate!))
      if (view > 0) [makeMs, checkMs] = [makeMs + made, checkMs + checked]
    }
  const perView = { makeMsPerView: makeMs / ROUNDS, checkMsPerView: checkMs / ROUNDS }
  return { n, quorum, bls: names.bls, ...perView, coreMsPerView: measureCores(n) }
}

function measureCores(n: number): number {
  let views = 0
  const spentMs = cpuMs(() => {
    const outcome = runBare({
      keys: n,
      keyOfNode: Array.from({ length: n }, (_, i) => i),
      powers: Array.from({ length: n }, () => 1n),
      isByzantine: () => false,
      leaderOfView: (view) => view % n,
      random: createRandom(1, n),
      passes: () => true,
      healView: CORE_VIEWS,
      healMs: 600_000,
      delayMsMax: 10,
    })
    if (outcome.offence !== undefined) throw new Error(`${outcome.offence.invariant}: ${outcome.offence.says}`)
    views = outcome.views
  })
  return spentMs / views / n
}

function epochOf(blsKeys: readonly Uint8Array[]): Epoch {
  const validators = blsKeys.map((blsKey, i) => ({
    operator: uintToBytes(i, 20),
    blsKey,
    p2pKey: new Uint8Array(32),
    power: 1n,
  }))
  const hash = new Uint8Array(32)
  return { number: 0, rootBlockHash: hash, validators, setHash: hash, epochHash: hash }
}

/** All threads: blst works on several. */
function cpuMs(run: () => unknown): number {
  const before = process.cpuUsage()
  run()
  return cpuMsSince(before)
}
