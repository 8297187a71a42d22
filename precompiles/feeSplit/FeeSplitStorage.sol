// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Storage layout of IFeeSplit: layout only, no code
contract FeeSplitStorage {
    uint256 internal liabilities;
    uint256 internal treasuryWei;
    mapping(uint64 id => uint256) internal balances;
    mapping(uint64 id => address) internal claimers;
    mapping(bytes32 versionId => uint256) internal pools;
}
