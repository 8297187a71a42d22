// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Storage layout of IAttribution: layout only, no code
contract AttributionStorage {
    struct Attribution {
        bytes32 root;
        uint64 epoch;
        uint64 blockNumber;
        uint128 feeWei;
        uint128 platformWei;
        uint128 ownerWei;
        uint128 providerWei;
        uint128 parentsWei;
        uint128 stakersWei;
        uint128 rewardsWei;
        uint128 dustWei;
    }

    mapping(uint256 jobId => Attribution) internal attributions;
}
