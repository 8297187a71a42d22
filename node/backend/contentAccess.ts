/** Content objects by digest, in the chain store, worded for RPC. */
import type { ContentAccess } from '../../rpc/backend.ts'
import type { ChainStore } from '../storage/chainStore.ts'

export function createContentAccess(
  store: Pick<ChainStore, 'content' | 'putContent'>,
  nowSeconds: () => number,
): ContentAccess {
  return {
    get: (digest) => store.content(digest),
    async put(bytes) {
      const outcome = await store.putContent(bytes, nowSeconds())
      if (outcome.kind === 'stored') return outcome
      return { kind: 'refused', message: `content not stored: expected ${outcome.expected}, got ${outcome.got}` }
    },
  }
}
