/**
 * The rules as `@ethereumjs` reads them: `osaka` with the contents of runtime.md §2. The library copies its rule object
 * for each transaction and header and searches a list of EIPs for each opcode; ours is one shared, unchanging object
 * with constant-time answers.
 */
import assert from 'node:assert/strict'
import { paramsBlock } from '@ethereumjs/block'
import { type Common, createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { paramsEVM } from '@ethereumjs/evm'
import { paramsTx } from '@ethereumjs/tx'
import { paramsVM } from '@ethereumjs/vm'
import { padLeft } from '../../primitives/bytes.ts'
import type { ChainParams } from '../../primitives/chainParams.ts'
import type { RuntimeCrypto } from '../crypto.ts'

/** 6110, 7002, 7251 and 7685 (execution requests) and the blob schedule EIPs are off; all earlier rules stay. */
const FORK_CONTENTS = {
  prague: { eips: [2537, 2935, 7623, 7702] },
  osaka: { eips: [7823, 7825, 7883, 7939, 7951] },
}

const LIBRARY_PARAMS: readonly Parameters<Common['updateParams']>[0][] = [paramsBlock, paramsEVM, paramsTx, paramsVM]

/** Fixes `rules` as they stand: copies are the object itself, answers come from tables, changes are bugs. */
function freezeRules(rules: Common): Common {
  const active = new Set(rules['_activatedEIPsCache'])
  const values = new Map<string, bigint>()
  const reached = new Map<string, boolean>()
  const param = rules.param.bind(rules)
  const gteHardfork = rules.gteHardfork.bind(rules)
  rules.copy = () => rules
  rules.setHardfork = (fork) => assert.equal(fork, Hardfork.Osaka, 'the rules of a block do not change')
  rules.updateParams = (params) =>
    assert.ok(LIBRARY_PARAMS.includes(params), 'the library brings parameters that are not known')
  rules.isActivatedEIP = (eip) => active.has(eip)
  rules.param = (name) => remembered(values, name, param)
  rules.gteHardfork = (fork) => remembered(reached, fork, gteHardfork)
  // The fork never changes, so nobody needs to hear of it: an EVM per block must not leave a listener behind.
  rules.events.on = () => rules.events
  return rules
}

function remembered<Value>(table: Map<string, Value>, key: string, compute: (key: string) => Value): Value {
  let value = table.get(key)
  if (value === undefined) {
    value = compute(key)
    table.set(key, value)
  }
  return value
}

function libraryCrypto(crypto: RuntimeCrypto) {
  return {
    keccak256: crypto.keccak,
    ecrecover(hash: Uint8Array, v: bigint, r: Uint8Array, s: Uint8Array, chainId?: bigint): Uint8Array {
      const parity = v === 0n || v === 1n ? v : chainId === undefined ? v - 27n : v - (chainId * 2n + 35n)
      const isParity = parity === 0n || parity === 1n
      const key = isParity ? crypto.recover(hash, Number(parity) as 0 | 1, padLeft(r, 32), padLeft(s, 32)) : undefined
      // The library's contract: it catches, and reads a throw as "no key".
      if (key === undefined) throw new Error('no public key for this signature')
      return key
    },
  }
}

export function createEvmRules(params: ChainParams, crypto: RuntimeCrypto): Common {
  const chainId = Number(params.chainId)
  assert.ok(Number.isSafeInteger(chainId) && chainId > 0, `chain id ${params.chainId} is not a safe positive integer`)
  const hardforks = Mainnet.hardforks.map((fork) => ({ name: fork.name, block: 0 }))
  const known = hardforks.findIndex((fork) => fork.name === Hardfork.Osaka)
  const chain = { name: params.name, chainId, customHardforks: FORK_CONTENTS, hardforks: hardforks.slice(0, known + 1) }
  const rules = createCustomCommon(chain, Mainnet, { hardfork: Hardfork.Osaka, customCrypto: libraryCrypto(crypto) })
  for (const params of LIBRARY_PARAMS) rules.updateParams(params)
  return freezeRules(rules)
}
