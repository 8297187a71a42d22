/** Content that logs name: of registered versions only, and only where IModel says so. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { contentNamedBy } from '../../../node/execution/namedContent.ts'
import { MODEL_ADDRESS } from '../../../precompiles/addresses.ts'
import { modelContract } from '../../../precompiles/model/contract.ts'
import type { NativeHost } from '../../../precompiles/native.ts'
import type { Log } from '../../../runtime/block/receipt.ts'

const word = (n: number) => new Uint8Array(32).fill(n)

function logsOf(emit: (host: NativeHost) => void): Log[] {
  const logs: Log[] = []
  const host: Pick<NativeHost, 'emit'> = {
    emit: (topics, data) => void logs.push({ address: MODEL_ADDRESS, topics: [...topics], data }),
  }
  emit(host as NativeHost)
  return logs
}

test('named content: a registered version names adapter, source and evaluation; other logs name nothing', () => {
  const spec = {
    datanets: [{ datanetId: 1n, version: 1n }],
    baseHash: word(1),
    adapter: { digest: word(2), sizeBytes: 20n },
    source: { digest: word(3), sizeBytes: 30n },
    tokenizerHash: word(0),
    engine: 1n,
    method: 1n,
    saRoot: word(0),
    evaluation: word(4),
    parents: [],
  }
  const named = { modelId: 1n, versionId: word(5), sourceRoot: word(6) }
  const registered = logsOf((host) =>
    modelContract.emit(host, 'VersionRegistered', { ...named, number: 1n, header: word(7), spec }),
  )
  const serving = logsOf((host) => modelContract.emit(host, 'VersionServing', named))
  const elsewhere = registered.map((log) => ({ ...log, address: word(9).slice(12) }))
  const bare = registered.map((log) => ({ ...log, topics: [] }))
  assert.equal(contentNamedBy([...serving, ...elsewhere, ...bare, ...registered]), [
    { digest: word(2), bytes: 20 },
    { digest: word(3), bytes: 30 },
    { digest: word(4), bytes: 0 },
  ])
})

test.run()
