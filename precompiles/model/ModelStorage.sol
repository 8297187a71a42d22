// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IModel} from "./IModel.sol";

/// @title Storage layout of IModel: layout only, no code
contract ModelStorage {
    struct Model {
        IModel.State state;
        uint64 ownerId;
        uint64 versionCount;
        uint64 nextRatesAt;
        /// The highest sum of royalties of any version.
        uint16 royaltiesBpsMax;
        uint128 stakeWei;
        uint128 depositWei;
        bytes32 baseHash;
        bytes32 planHash;
        bytes32 servingVersion;
        IModel.Rates rates;
        IModel.Rates nextRates;
        uint64[] datanets;
        string purpose;
        string architecture;
    }

    struct Version {
        IModel.VersionState state;
        uint64 modelId;
        uint64 number;
        uint64 registeredBlock;
        uint32 rowCount;
        uint8 engine;
        uint8 method;
        bytes32 sourceRoot;
        bytes32 guardSeed;
        bytes32 baseHash;
        bytes32 tokenizerHash;
        bytes32 evaluation;
        bytes32 adapterDigest;
        bytes32 sourceDigest;
        bytes32 saRoot;
        uint64 adapterBytes;
        uint64 sourceBytes;
        IModel.DatanetVersion[] datanets;
        IModel.Parent[] parents;
    }

    uint64 internal modelCount;
    uint256 internal liabilities;
    mapping(uint64 modelId => Model) internal models;
    mapping(bytes32 versionId => Version) internal versions;
}
