// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Storage layout of IStaking: layout only, no code
contract StakingStorage {
    struct Validator {
        address feeRecipient;
        uint16 commissionBps;
        bytes32 p2pKey;
        uint256 stakeWei;
        /// The accumulator when this stake began to earn, and what of its earnings since then was paid.
        uint256 settledPerStake;
        uint256 claimedWei;
        bytes blsKey;
    }

    struct Epoch {
        bytes32 epochHash;
        bytes32 setHash;
    }

    uint256 internal totalStakeWei;
    /// Rewards per wei of stake since genesis, times 2^128.
    uint256 internal rewardPerStake;
    /// What did not divide yet, times 2^128.
    uint256 internal rewardCarry;
    uint256 internal rewardsPaidInWei;
    uint256 internal rewardsClaimedWei;
    uint64 internal epochCount;
    address[] internal operators;
    mapping(address => Validator) internal validators;
    /// keccak256(blsKey), or p2pKey, to its holder.
    mapping(bytes32 => address) internal keyHolders;
    mapping(uint64 => Epoch) internal epochs;
}
