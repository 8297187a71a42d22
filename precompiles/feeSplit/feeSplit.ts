/** IFeeSplit: quotes, splits, balances, claims and the treasury. */
import { defineNative, type Native } from '../dispatch.ts'
import { bookBaseFees, claim, claimMany, depositTreasury, pullRoyalties, setClaimer, treasuryPay } from './claims.ts'
import { feeSplitContract } from './contract.ts'
import { openLedger } from './ledger.ts'
import { bookJob, quote } from './settlement.ts'

export const feeSplit: Native = defineNative('IFeeSplit', feeSplitContract, {
  quote,
  bookJob,
  balanceOf: ({ host }, id) => openLedger(host).balances.at(id).get(),
  claim,
  claimMany,
  setClaimer,
  claimerOf: ({ host }, id) => openLedger(host).claimers.at(id).get(),
  poolOf: ({ host }, versionId) => openLedger(host).pools.at(versionId).get(),
  pullRoyalties,
  treasury: ({ host }) => openLedger(host).treasuryWei.get(),
  bookBaseFees,
  depositTreasury,
  treasuryPay,
  liabilities: ({ host }) => openLedger(host).liabilities.get(),
})
