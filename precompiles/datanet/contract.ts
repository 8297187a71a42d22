/** IDatanet from outside, for the other natives; its codes for curation and row status. */
import { DATANET_ADDRESS } from '../addresses.ts'
import { defineContract } from '../contract.ts'
import { datanetAbi } from '../generated/datanet.ts'

export const datanetContract = defineContract(DATANET_ADDRESS, datanetAbi)

/** `IDatanet.Curation`. */
export const CURATION = { open: 0n, owner: 1n, validators: 2n } as const

/** `IDatanet.RowStatus`. */
export const ROW_STATUS = { none: 0n, pending: 1n, accepted: 2n, rejected: 3n, duplicate: 4n, withdrawn: 5n } as const
