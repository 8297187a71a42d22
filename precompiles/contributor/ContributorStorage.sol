// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Storage layout of IContributor: layout only, no code
contract ContributorStorage {
    struct Contributor {
        address wallet;
        /// Unix seconds from which nextRecovery replaces recovery; 0: no change is pending.
        uint64 recoveryActiveAt;
        address recovery;
        address nextRecovery;
        /// Zero: no rotation is pending.
        address newWallet;
        uint64 rotationReadyAt;
        bool isByRecovery;
        bool isAccepted;
    }

    uint64 internal count;
    mapping(address => uint64) internal ids;
    mapping(uint64 => Contributor) internal contributors;
}
