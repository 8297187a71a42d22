/** Turns what commands throw into a user's words: refusals by the chain or the node, by name, with what to do about them. */
import { BaseError, ContractFunctionRevertedError } from 'viem'
import { ChainRefusal } from '../../studio/chain/client.ts'
import { KeyStoreError } from '../keys/keyStoreError.ts'
import { CommandError } from './terminal.ts'

/** What to do, by the name of the native's error. */
const HINTS: Readonly<Record<string, string>> = {
  UnknownDatanet: '`openledger datanet list` shows the Datanets there are.',
  UnknownModel: '`openledger train DATANET` makes a model and prints its number.',
  UnknownJob: '`openledger ask MODEL QUESTION` prints the number of its job.',
  NotOwner: 'Only the account that created it may do this: --account chooses the account.',
  DuplicateRow: 'A Datanet takes each row once; the number is the row that has the same input and output already.',
  NothingToPublish:
    'It has no accepted row: `openledger datanet add` adds rows, `openledger datanet accept` accepts them.',
  UnknownValidator: '`openledger validator status` shows the validators there are.',
  ValidatorExists: 'An account is one validator for ever: `openledger validator edit` changes its terms.',
  StakeTooSmall: 'The first number is the least stake of its own that a validator needs, in wei.',
  KeyInUse: 'Another validator has, or had, one of these keys: `openledger init` makes new ones.',
  BadProof: 'The keys must prove themselves for this very account and chain: --account must be the operator.',
  Tombstoned: 'It was convicted and takes no more stake; `openledger validator undelegate` takes stake back.',
  StakeShort: 'The first number is all the account has there, in wei; `all` takes everything back.',
  NothingToWithdraw: '`openledger validator status ADDRESS` says when stake is free.',
  CommissionRise: 'A commission rises by at most 100 basis points a day.',
  EvidenceExpired: 'The stake of that epoch was free from then on.',
  AlreadyPunished: 'An offence is punished once for each validator and epoch.',
  RowTooLong: 'The base reads short rows only; publish a Datanet without the long ones.',
}
const NO_FUNDS = 'A new key has no OPEN for gas; on a devnet, send it some from one of the accounts 0 … 9.'

/** Anything unforeseen comes back as it is: `fail` shows where it came from. */
export function toCommandError(error: unknown): unknown {
  if (error instanceof KeyStoreError) return new CommandError(error.message)
  if (error instanceof ChainRefusal && error.code !== 'Failed')
    return new CommandError(error.message, HINTS[error.code])
  const viemError = error instanceof ChainRefusal ? error.cause : error
  if (!(viemError instanceof BaseError)) return error
  const revert = viemError.walk((e) => e instanceof ContractFunctionRevertedError)
  if (revert instanceof ContractFunctionRevertedError && revert.data !== undefined) {
    const { errorName, args } = revert.data
    return new CommandError(`the chain refused: ${errorName}(${(args ?? []).join(', ')})`, HINTS[errorName])
  }
  const { message } = error instanceof ChainRefusal ? error : { message: viemError.shortMessage }
  if (/exceeds the balance/.test(message)) return new CommandError(message, NO_FUNDS)
  // The node's own words; viem's summary only says that a parameter was wrong.
  return viemError.details === '' ? error : new CommandError(viemError.details)
}
