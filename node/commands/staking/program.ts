/** The commands of staking: `openledger validator …` and `openledger evidence …`. */
import type { Command, Option } from 'commander'

export interface SharedOptions {
  readonly account: () => Option
  readonly rpc: () => Option
}

export function addStakingCommands(program: Command, shared: SharedOptions): void {
  addValidatorCommands(program.command('validator').description('run for validator, and stake with validators'), shared)
  program
    .command('evidence')
    .description('bring to the chain what a validator must not have signed')
    .command('submit <file>')
    .description('have whoever signed a forbidden pair slashed; half of it comes to the account, up to a cap')
    // 60,000 gas each, and 5,500 for each epoch of the unbonding time in which stake left: 11 Mgas for four and 14 days of hours.
    .option('--max <signers>', 'punish at most so many by one transaction, which limits its gas', '4')
    .addOption(shared.account())
    .addOption(shared.rpc())
    .action(async (file, options) => (await import('./evidence.ts')).submitEvidence(file, options))
}

function addValidatorCommands(validator: Command, { account, rpc }: SharedOptions): void {
  validator
    .command('create')
    .description('register the account as a validator, with the keys of a data folder and its own stake')
    .requiredOption('--data <folder>', 'data folder that `openledger init` made')
    .requiredOption('--stake <open>', "the validator's own stake, OPEN")
    .option('--fee-recipient <address>', 'where block fees go; the account by default')
    .option('--commission-bps <bps>', "the operator's part of its delegators' rewards, basis points", '1000')
    .option('--password-file <file>', "read the keystore's password from here instead of asking")
    .addOption(account())
    .addOption(rpc())
    .action(async (options) => (await import('./validator.ts')).createValidator(options))
  validator
    .command('edit')
    .description('change fee recipient or commission, which rises by at most 100 basis points a day')
    .option('--fee-recipient <address>', 'where block fees go')
    .option('--commission-bps <bps>', "the operator's part of its delegators' rewards, basis points")
    .addOption(account())
    .addOption(rpc())
    .action(async (options) => (await import('./validator.ts')).editValidator(options))
  validator
    .command('contend [operator]')
    .description('let a validator, by default the account, be chosen into sets again')
    .addOption(account())
    .addOption(rpc())
    .action(async (operator, options) => (await import('./validator.ts')).contend(operator, options))
  addDelegationCommands(validator, { account, rpc })
  validator
    .command('status [address]')
    .description('show all validators, or what one account has staked, earned and taken back')
    .option('--json', 'print one JSON object and nothing else')
    .addOption(rpc())
    .action(async (address, options) => (await import('./status.ts')).showStaking(address, options))
}

function addDelegationCommands(validator: Command, { account, rpc }: SharedOptions): void {
  validator
    .command('delegate <operator> <open>')
    .description('stake with a validator: it counts from the next epoch, and earns at once')
    .addOption(account())
    .addOption(rpc())
    .action(async (operator, open, options) => (await import('./delegation.ts')).delegate(operator, open, options))
  validator
    .command('undelegate <operator> <open>')
    .description('take stake back (`all` for all of it): free when the epoch and then the unbonding time are over')
    .addOption(account())
    .addOption(rpc())
    .action(async (operator, open, options) => (await import('./delegation.ts')).undelegate(operator, open, options))
  validator
    .command('withdraw')
    .description('pay out stake that is free')
    .addOption(account())
    .addOption(rpc())
    .action(async (options) => (await import('./delegation.ts')).withdraw(options))
  validator
    .command('claim')
    .description('pay out rewards, and commission to an operator')
    .addOption(account())
    .addOption(rpc())
    .action(async (options) => (await import('./delegation.ts')).claim(options))
}
