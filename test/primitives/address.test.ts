/** EIP-55 against its own examples. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checksumAddress } from '../../primitives/address.ts'
import { fromHex } from '../../primitives/bytes.ts'

test('checksumAddress: EIP-55’s own examples', () => {
  const examples = [
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ]
  for (const example of examples) assert.is(checksumAddress(fromHex(example)), example)
})

test.run()
