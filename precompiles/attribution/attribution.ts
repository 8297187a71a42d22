/** IAttribution: settlements, settled attributions, their proofs. */
import { defineNative, type Native } from '../dispatch.ts'
import { attributionContract } from './contract.ts'
import { entriesOf, verifyCitation, verifyDisorder, verifyRow, verifySpan } from './proofs.ts'
import { getAttribution, settle, settleVersion } from './settle.ts'

export const attribution: Native = defineNative('IAttribution', attributionContract, {
  settle: (frame, jobId, result) => settle(frame, jobId, result),
  settleVersion: (frame, versionId, root) => settleVersion(frame, versionId, root),
  getAttribution,
  verifyRow,
  verifySpan,
  verifyCitation,
  verifyDisorder,
  entriesOf,
})
