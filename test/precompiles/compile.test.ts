/** The generated ABIs and layouts: what solc says today, with the selectors and topics that viem computes. */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type AbiEvent, type AbiFunction, toEventSelector, toFunctionSelector } from 'viem'
import type { Abi } from '../../precompiles/abiTypes.ts'
import { signatureHash } from '../../precompiles/abiTypes.ts'
import { compileSolidity, generatedFiles } from '../../precompiles/compile.ts'
import { attributionAbi } from '../../precompiles/generated/attribution.ts'
import { contributorAbi } from '../../precompiles/generated/contributor.ts'
import { datanetAbi } from '../../precompiles/generated/datanet.ts'
import { feeSplitAbi } from '../../precompiles/generated/feeSplit.ts'
import { inferenceAbi } from '../../precompiles/generated/inference.ts'
import { modelAbi } from '../../precompiles/generated/model.ts'
import { nativeAbi } from '../../precompiles/generated/native.ts'
import { paramsAbi } from '../../precompiles/generated/params.ts'
import { stakingAbi } from '../../precompiles/generated/staking.ts'
import { NATIVES } from '../../precompiles/natives.ts'
import { toHex } from '../../primitives/bytes.ts'

const GENERATED = new URL('../../precompiles/generated/', import.meta.url)
const abis: Readonly<Record<string, Abi>> = {
  IDatanet: datanetAbi,
  IContributor: contributorAbi,
  IParams: paramsAbi,
  IStaking: stakingAbi,
  IModel: modelAbi,
  IInference: inferenceAbi,
  IAttribution: attributionAbi,
  IFeeSplit: feeSplitAbi,
}

test('generated: the committed files are what `npm run abi` writes', () => {
  const files = generatedFiles()
  assert.equal(readdirSync(GENERATED).sort(), [...files.keys()].sort())
  for (const [name, text] of files)
    assert.ok(readFileSync(new URL(name, GENERATED), 'utf8') === text, `${name} is stale: run \`npm run abi\``)
})

test("generated: selectors and topics are viem's", () => {
  let compared = 0
  for (const abi of Object.values(abis))
    for (const item of abi) {
      const hash = toHex(signatureHash(item))
      if (item.type === 'event') assert.is(hash, toEventSelector(item as unknown as AbiEvent))
      if (item.type === 'function') assert.is(hash.slice(0, 10), toFunctionSelector(item as unknown as AbiFunction))
      compared++
    }
  assert.ok(compared > 100)
})

test('generated: every interface carries the errors that all natives share', () => {
  for (const [name, abi] of Object.entries(abis)) {
    const errors = new Set(abi.filter(({ type }) => type === 'error').map((item) => item.name))
    for (const item of nativeAbi) assert.ok(errors.has(item.name), `${name} lacks ${item.name}`)
  }
})

test('natives: one method per function of the interface', () => {
  for (const [name, abi] of Object.entries(abis)) {
    const native = NATIVES.find((entry) => entry.name === name)!
    const functions = abi.filter(({ type }) => type === 'function')
    assert.is(native.methods.size, functions.length)
    for (const item of functions)
      assert.ok(native.methods.has(Number(toFunctionSelector(item as unknown as AbiFunction))))
  }
})

test("compileSolidity: a fault is thrown in solc's own words", () => {
  assert.throws(
    () => compileSolidity({ 'X.sol': 'pragma solidity ^0.8.28; contract X { uint8 a = 256; }' }),
    /TypeError/,
  )
})

test.run()
