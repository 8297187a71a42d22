// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Storage layout of IStaking: layout only, no code
contract StakingStorage {
    struct Validator {
        address feeRecipient;
        uint16 commissionBps;
        /// Seconds; of the last rise.
        uint40 commissionRaisedAt;
        /// Place among `contenders` plus 1; 0: none.
        uint32 contenderPlace;
        bool isTombstoned;
        bytes32 p2pKey;
        /// What was staked and not taken back, and what slashing left of it. They are equal until the first slash, after
        /// which nothing can be added: so a bonded wei is a share, and no share is ever made at another rate than 1.
        uint128 bondedWei;
        uint128 leftWei;
        /// `rewardPerStake` up to which this validator's part is shared out.
        uint256 settledPerStake;
        /// Rewards of its delegations per bonded wei since its creation, times 2^128; and what did not divide yet.
        uint256 rewardPerBond;
        uint256 carry;
        bytes blsKey;
        /// In order of their epochs.
        UnbondingPool[] unbondingPools;
    }

    /// Stake that left one validator in one epoch, which a later slash for that epoch or an earlier one still finds. Wei of
    /// a supply of 10^27 fit 96 bits.
    struct UnbondingPool {
        uint64 epoch;
        uint96 bondedWei;
        uint96 leftWei;
    }

    struct Delegation {
        uint128 bondedWei;
        /// Place among the account's `operators` plus 1; 0: none.
        uint64 place;
        /// `rewardPerBond` up to which `owed` counts.
        uint256 settledPerBond;
        /// Times 2^128.
        uint256 owed;
    }

    struct Unbonding {
        address operator;
        /// Index in the validator's `unbondingPools`.
        uint64 pool;
        uint128 bondedWei;
    }

    struct Account {
        /// Whom it stakes with, or has rewards of.
        address[] operators;
        /// In order of their epochs, so they are free in this order; those before `firstUnbonding` were paid.
        Unbonding[] unbondings;
        uint64 firstUnbonding;
        /// Where the next claim begins.
        uint64 nextClaim;
    }

    struct Epoch {
        bytes32 epochHash;
        bytes32 setHash;
        /// When stake that last counted in this epoch is free, and evidence of it too late; 0 while it runs.
        uint64 releaseTime;
    }

    /// Stake that earns: of all validators but tombstoned ones.
    uint256 internal totalStakeWei;
    /// Stake owed, unbonding and tombstoned stake included.
    uint256 internal heldWei;
    /// Rewards per wei of stake since genesis, times 2^128.
    uint256 internal rewardPerStake;
    /// What did not divide yet, times 2^128.
    uint256 internal rewardCarry;
    uint256 internal rewardsPaidInWei;
    uint256 internal rewardsClaimedWei;
    uint64 internal epochCount;
    address[] internal operators;
    /// Validators that sets are chosen from.
    address[] internal contenders;
    mapping(address => Validator) internal validators;
    /// Operator, then who stakes with it.
    mapping(address => mapping(address => Delegation)) internal delegations;
    mapping(address => Account) internal accounts;
    /// keccak256(blsKey), or p2pKey, to its holder, for ever.
    mapping(bytes32 => address) internal keyHolders;
    mapping(uint64 => Epoch) internal epochs;
    /// Operator, then epoch of the offence.
    mapping(address => mapping(uint64 => bool)) internal punished;
}
