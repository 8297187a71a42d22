/** `npm run genesis`: writes genesis/networks/devnet.json anew, with proofs over its genesis hash. */
import { readFileSync, writeFileSync } from 'node:fs'
import { genesisInput } from '../../genesis/block0.ts'
import { createDevnet, DEVNET_DEFAULTS } from '../../genesis/devnet.ts'
import { nobleBls } from '../../primitives/bls.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { createChainRules } from '../../runtime/chainRules.ts'
import { createGenesisBlock } from '../../runtime/execution/genesisBlock.ts'

const file = new URL('../../genesis/networks/devnet.json', import.meta.url)

/** Bytecode is data of the file: it is carried over, everything else is made again. */
const codes: Record<string, string> = JSON.parse(readFileSync(file, 'utf8')).predeploys
const predeploys = Object.fromEntries(Object.entries(codes).map(([name, code]) => [name, fromHex(code)]))

const { text, network } = createDevnet({ ...DEVNET_DEFAULTS, predeploys }, nobleBls, (unhashed) => {
  return createGenesisBlock(createChainRules(unhashed.params), genesisInput(unhashed)).hash
})
writeFileSync(file, text)
console.log(`devnet.json written: genesis ${toHex(network.genesisHash)}, params ${toHex(network.paramsHash)}`)
