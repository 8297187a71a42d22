/** The WAL, the signer log and sealing records over a disk that tears, loses and flips: what is read back, and what is never signed. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { SignedStatement } from '../../../node/agreement/durability/castLog.ts'
import { encodeRecord, hasRecordAfter, readRecords } from '../../../node/agreement/durability/record.ts'
import { openSigner, type SignerOptions } from '../../../node/agreement/durability/signer.ts'
import { openWal, type WalEntry } from '../../../node/agreement/durability/wal.ts'
import type { Disk } from '../../../node/agreement/ports.ts'
import { createSealings } from '../../../node/agreement/sync/sealings.ts'
import { createRandom } from '../../fuzz/random.ts'
import { secretOf, taggedBls } from '../../simulator/standIns/taggedBls.ts'
import { createEventQueue } from '../../simulator/world/eventQueue.ts'
import { createVirtualDisk } from '../../simulator/world/virtualDisk.ts'

const CHAIN = { chainId: 1n, genesisHash: new Uint8Array(32).fill(7) }
const hash = (n: number) => new Uint8Array(32).fill(n)

function createDisk(seed = 1) {
  const faults = { syncMsMax: 0, isSyncBroken: false, isFull: false, failures: 0 }
  const disk = createVirtualDisk({ queue: createEventQueue(), random: createRandom(seed, 1), faults })
  const mount = () => disk.mount({ isAlive: true, pausedUntilMs: 0 })
  return { ...disk, faults, mount }
}

const fail = (error: unknown) => {
  throw error
}

const candidateEntry = (epoch: number, view: number, blockBytes = 10): WalEntry => ({
  kind: 'candidate',
  epoch,
  candidate: { view, parentView: view - 1, parentId: hash(1), blockHash: hash(view) },
  block: new Uint8Array(blockBytes).fill(view),
})
const certificateEntry = (epoch: number, view: number): WalEntry => ({
  kind: 'certificate',
  certificate: {
    kind: 'skip',
    epoch,
    view,
    id: new Uint8Array(0),
    signers: Uint8Array.of(7),
    signature: new Uint8Array(96).fill(view),
  },
})

test('record: what was written is read; a flip anywhere ends the reading there', () => {
  const written = [1, 2, 3].map((seq) => ({ seq, type: 4, payload: new Uint8Array(20).fill(seq) }))
  const bytes = Uint8Array.from(written.flatMap((record) => [...encodeRecord(record)]))
  assert.equal(readRecords(bytes), { records: written, goodBytes: bytes.length })
  const size = bytes.length / 3
  for (let at = 0; at < bytes.length; at++) {
    const flipped = bytes.slice()
    flipped[at]! ^= 1 << (at & 7)
    const { records, goodBytes } = readRecords(flipped, 1)
    assert.is(records.length, Math.floor(at / size), `byte ${at}`)
    assert.is(hasRecordAfter(flipped, goodBytes, records.length), at < 2 * size, `byte ${at}`)
  }
})

test('WAL: a restart finds what was synced, in order, and each candidate in its epoch', async () => {
  const disk = createDisk()
  const entries = [candidateEntry(3, 1), certificateEntry(3, 1), candidateEntry(4, 1), certificateEntry(4, 2)]
  const wal = await openWal({ disk: disk.mount(), onFault: fail })
  for (const entry of entries) wal.append(entry)
  await wal.synced()
  disk.crash()
  const again = await openWal({ disk: disk.mount(), onFault: fail })
  assert.equal(await again.entries(3), entries.slice(0, 2))
  assert.equal(await again.entries(4), entries.slice(2))
  again.append(candidateEntry(4, 3))
  await again.close()
  assert.is((await (await openWal({ disk: disk.mount(), onFault: fail })).entries(4)).length, 3)
})

test('WAL: a crash takes only what was not synced, and what follows is read again', async () => {
  let torn = 0
  for (let seed = 0; seed < 60; seed++) {
    const disk = createDisk(seed)
    const wal = await openWal({ disk: disk.mount(), onFault: fail })
    for (let view = 1; view <= 5; view++) wal.append(candidateEntry(0, view, 700))
    await wal.synced()
    for (let view = 6; view <= 10; view++) wal.append(candidateEntry(0, view, 700))
    await new Promise((resolve) => setImmediate(resolve))
    disk.crash()
    const again = await openWal({ disk: disk.mount(), onFault: fail })
    const found = await again.entries(0)
    assert.equal(
      found.slice(0, 5),
      [1, 2, 3, 4, 5].map((view) => candidateEntry(0, view, 700)),
    )
    if (found.length < 10) torn += 1
    again.append(certificateEntry(0, 20))
    await again.close()
    const last = await (await openWal({ disk: disk.mount(), onFault: fail })).entries(0)
    assert.equal(last, [...found, certificateEntry(0, 20)])
  }
  assert.ok(torn > 20, `${torn} torn`)
})

test('WAL: segments wholly below the committed view go, newer ones stay', async () => {
  const disk = createDisk()
  const wal = await openWal({ disk: disk.mount(), onFault: fail, segmentBytes: 1_000 })
  for (let view = 1; view <= 10; view++) {
    wal.append(candidateEntry(0, view, 600))
    await wal.synced()
  }
  assert.is(disk.names().length, 5)
  wal.prune(0, 5)
  await wal.close()
  const again = await openWal({ disk: disk.mount(), onFault: fail, segmentBytes: 1_000 })
  const views = (await again.entries(0)).map((entry) => (entry.kind === 'candidate' ? entry.candidate.view : 0))
  assert.equal(views, [5, 6, 7, 8, 9, 10])
  again.append(candidateEntry(1, 1))
  await again.synced()
  again.prune(1, 0)
  await again.close()
  assert.is(disk.names().length, 1)
})

test('WAL: a failed fsync is told, and nothing counts as synced after it', async () => {
  const disk = createDisk()
  const faults: unknown[] = []
  const wal = await openWal({ disk: disk.mount(), onFault: (error) => faults.push(error) })
  disk.faults.isSyncBroken = true
  wal.append(candidateEntry(0, 1))
  const refused = await wal.synced().catch((error: { code: string }) => error.code)
  assert.is(refused, 'EIO')
  assert.is(await wal.synced().catch((error: { code: string }) => error.code), 'EIO')
  assert.is(faults.length, 1)
})

const EPOCH = { number: 2, epochHash: hash(2) }
type View = { readonly view: number; readonly id?: number }
const statement = (kind: 'proposal' | 'notarize' | 'finalize' | 'skip', { view, id = 1 }: View): SignedStatement =>
  kind === 'skip'
    ? { kind, epochHash: EPOCH.epochHash, view }
    : { kind, epochHash: EPOCH.epochHash, view, id: hash(id) }
const attribution = (job: number, root: number): SignedStatement => ({
  kind: 'attribution',
  epochHash: EPOCH.epochHash,
  jobId: hash(job),
  root: hash(root),
})

const optionsOf = (disk: Disk, more: Partial<SignerOptions> = {}): SignerOptions => ({
  disk,
  chain: CHAIN,
  bls: taggedBls,
  secret: secretOf(1),
  ...more,
})

async function openNew(disk: Disk, more: Partial<SignerOptions> = {}) {
  const signer = await openSigner(optionsOf(disk, more), true)
  await signer.enter(EPOCH)
  return signer
}

test('signer: forbidden pairs are refused, also after a restart; late votes and notarize with skip are not', async () => {
  const cases: [SignedStatement, SignedStatement, boolean][] = [
    [statement('proposal', { view: 5 }), statement('proposal', { view: 5, id: 2 }), false],
    [statement('notarize', { view: 5 }), statement('notarize', { view: 5, id: 2 }), false],
    [statement('finalize', { view: 5 }), statement('finalize', { view: 5, id: 2 }), false],
    [statement('finalize', { view: 5 }), statement('skip', { view: 5 }), false],
    [statement('skip', { view: 5 }), statement('finalize', { view: 5 }), false],
    [attribution(1, 1), attribution(1, 2), false],
    [statement('skip', { view: 5 }), statement('notarize', { view: 5 }), true],
    [statement('notarize', { view: 5 }), statement('skip', { view: 5 }), true],
    [statement('notarize', { view: 9 }), statement('notarize', { view: 5, id: 2 }), true],
    [statement('finalize', { view: 5 }), statement('skip', { view: 6 }), true],
    [attribution(1, 1), attribution(2, 2), true],
    [statement('notarize', { view: 5 }), statement('notarize', { view: 5 }), true],
  ]
  for (const [first, second, isAllowed] of cases)
    for (const isRestarted of [false, true]) {
      const disk = createDisk()
      const signer = await openNew(disk.mount())
      assert.is(((await signer.sign(first)) as Uint8Array).length, 96)
      if (isRestarted) disk.crash()
      const now = isRestarted ? await openSigner(optionsOf(disk.mount()), false) : signer
      await now.enter(EPOCH)
      const signed = await now.sign(second)
      assert.is(!('kind' in signed), isAllowed, `${first.kind}, then ${second.kind}, restarted: ${isRestarted}`)
    }
})

test('signer: nothing at or below the floor, of another epoch, or of an epoch before', async () => {
  const disk = createDisk()
  const signer = await openNew(disk.mount(), { compactBytes: 1 })
  await signer.sign(statement('notarize', { view: 5 }))
  await signer.raise(7)
  assert.equal(signer.floor(), { epoch: 2, view: 7 })
  assert.ok('kind' in (await signer.sign(statement('skip', { view: 7 }))))
  assert.ok(!('kind' in (await signer.sign(statement('skip', { view: 8 })))))
  assert.ok('kind' in (await signer.sign({ kind: 'skip', epochHash: hash(3), view: 9 })))
  await signer.close()
  const again = await openSigner(optionsOf(disk.mount()), false)
  assert.equal(again.floor(), { epoch: 2, view: 7 })
  await again.enter({ number: 1, epochHash: hash(1) })
  assert.ok('kind' in (await again.sign({ kind: 'skip', epochHash: hash(1), view: 9 })))
  await again.enter({ number: 3, epochHash: hash(3) })
  assert.ok(!('kind' in (await again.sign({ kind: 'skip', epochHash: hash(3), view: 1 }))))
})

test('signer: a crash at any moment keeps every statement whose signature was given away', async () => {
  let cut = 0
  for (let seed = 0; seed < 80; seed++) {
    const disk = createDisk(seed)
    const signer = await openNew(disk.mount(), { compactBytes: 600 })
    const given: number[] = []
    for (let view = 1; view <= 12; view++) {
      await signer.sign(statement('finalize', { view }))
      given.push(view)
      if (view % 5 === 0) await signer.raise(view - 3)
    }
    // One more is on its way when the power fails.
    void signer.sign(statement('finalize', { view: 13 }))
    for (let ticks = seed % 6; ticks > 0; ticks--) await Promise.resolve()
    disk.crash()
    const again = await openSigner(optionsOf(disk.mount()), false)
    await again.enter(EPOCH)
    const floor = again.floor()!
    const known = again.signed().map((one) => (one.kind === 'attribution' ? 0 : one.view))
    for (const view of given) assert.ok(view <= floor.view || known.includes(view), `seed ${seed}: view ${view}`)
    for (const view of given) assert.ok('kind' in (await again.sign(statement('skip', { view }))))
    if (!known.includes(13)) cut += 1
  }
  assert.ok(cut > 10 && cut < 80, `${cut} cut`)
})

test('signer: a damaged record before the last means a lost log, a damaged last one does not', async () => {
  const disk = createDisk()
  const signer = await openNew(disk.mount())
  for (let view = 1; view <= 4; view++) await signer.sign(statement('skip', { view }))
  await signer.close()
  const bytes = (await disk.mount().read('signer'))!
  for (let at = 0; at < bytes.length; at += 3) {
    const damaged = createDisk()
    const file = await damaged.mount().open('signer')
    const flipped = bytes.slice()
    flipped[at]! ^= 0x10
    await file.append(flipped)
    const again = await openSigner(optionsOf(damaged.mount()), false)
    const lastFrom = bytes.length - (bytes.length - 33) / 4
    assert.is(again.floor() === undefined, at < lastFrom, `byte ${at}`)
    if (again.floor() === undefined) assert.ok('kind' in (await again.sign(statement('skip', { view: 9 }))))
  }
})

test('signer: no log on a chain that has begun is a lost one; a failed fsync gives no signature, then or later', async () => {
  assert.is((await openSigner(optionsOf(createDisk().mount()), false)).floor(), undefined)
  const disk = createDisk()
  const signer = await openNew(disk.mount())
  disk.faults.isSyncBroken = true
  for (const view of [1, 2])
    assert.is(await signer.sign(statement('skip', { view })).catch((error: { code: string }) => error.code), 'EIO')
})

test('sealing record: what was saved is loaded; with a flipped bit anywhere it is none, and is not served', async () => {
  const disk = createDisk()
  const sealings = createSealings(disk.mount())
  const entry = certificateEntry(2, 9)
  assert.ok(entry.kind === 'certificate')
  const finalization = { ...entry.certificate, kind: 'finalize', id: hash(9) } as const
  const candidate = { view: 9, parentView: 8, parentId: hash(8), blockHash: hash(7) }
  const sealing = { epoch: 2, finalization, candidates: [candidate] }
  await sealings.save(sealing)
  assert.equal(await sealings.load(2), sealing)
  assert.is(await sealings.load(1), undefined)
  const bytes = (await disk.mount().read('sealing-2'))!
  for (let at = 0; at < bytes.length; at++) {
    const flipped = bytes.slice()
    flipped[at]! ^= 1 << (at & 7)
    const file = await disk.mount().open('sealing-2', 0)
    await file.append(flipped)
    assert.is(await sealings.load(2), undefined, `byte ${at}`)
  }
})

test.run()
