/** Which methods exist: one table for every network, and what a devnet adds. */
import { adminMethods } from './admin.ts'
import { blockMethods } from './eth/blocks.ts'
import { callMethods } from './eth/calls.ts'
import { chainMethods } from './eth/chain.ts'
import { feeHistoryMethods } from './eth/feeHistory.ts'
import { logMethods } from './eth/logs.ts'
import { devSendMethods, sendMethods } from './eth/send.ts'
import { stateMethods } from './eth/state.ts'
import { subscribeMethods } from './eth/subscribe.ts'
import { transactionMethods } from './eth/transactions.ts'
import { evmMethods } from './evm.ts'
import type { MethodTable } from './method.ts'
import { netMethods } from './net.ts'
import { contentMethods } from './openledger/content.ts'
import { datanetMethods } from './openledger/datanets.ts'
import { earningsMethods } from './openledger/earnings.ts'
import { jobMethods } from './openledger/jobs.ts'
import { modelMethods } from './openledger/models.ts'
import { proofMethods } from './openledger/proofs.ts'
import { statusMethods } from './openledger/status.ts'
import { web3Methods } from './web3.ts'

export const PUBLIC_METHODS: MethodTable = {
  ...chainMethods,
  ...blockMethods,
  ...transactionMethods,
  ...stateMethods,
  ...callMethods,
  ...feeHistoryMethods,
  ...sendMethods,
  ...logMethods,
  ...subscribeMethods,
  ...netMethods,
  ...web3Methods,
  ...statusMethods,
  ...modelMethods,
  ...jobMethods,
  ...proofMethods,
  ...earningsMethods,
  ...datanetMethods,
  ...contentMethods,
}

export const DEV_METHODS: MethodTable = { ...devSendMethods, ...evmMethods }

export const ADMIN_METHODS: MethodTable = adminMethods
