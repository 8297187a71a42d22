// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Storage layout of IDatanet: layout only, no code
contract DatanetStorage {
    struct Datanet {
        uint64 ownerId;
        uint8 curation;
        uint64 rowCount;
        uint64 acceptedCount;
        uint32 versionCount;
        uint40 createdAt;
        uint216 rowBondWei;
        string name;
        string domain;
        string licence;
        string metadata;
        /// Row ids by order key, one place per key taken; 0: committed and not revealed.
        uint64[] order;
        uint64[] withdrawn;
    }

    struct Row {
        bytes32 rowHash;
        uint64 orderKey;
        uint64 contributorId;
        uint40 readyAt;
        uint24 size;
        uint8 status;
        uint24 firstVersion;
        uint24 lastVersion;
    }

    struct Commit {
        uint64 orderKey;
        uint64 place;
        uint64 rowId;
        uint40 revealBy;
    }

    struct Version {
        bytes32 root;
        bytes32 seed;
        uint64 count;
        uint64 startHeight;
        uint40 publishedAt;
        /// In order.
        uint64[] rowIds;
    }

    struct Draft {
        bytes32 seed;
        uint64 startHeight;
        uint40 startedAt;
        uint64 cursor;
        uint64 end;
        uint64 count;
        /// Of the row appended last.
        uint64 lastOrderKey;
        /// Roots of the full subtrees of 2^i leaves that the count's bits name.
        bytes32[32] peaks;
    }

    struct Quota {
        uint32 day;
        uint64 rows;
        uint64 datanets;
    }

    uint64 internal datanetCount;
    /// The newest order key and its reveal deadline; deadlines never fall as keys rise, whatever the window becomes.
    uint64 internal lastOrderKey;
    uint40 internal lastReadyAt;
    uint256 internal bondsHeldWei;
    mapping(uint64 => Datanet) internal datanets;
    mapping(uint64 => mapping(uint64 => Row)) internal rows;
    mapping(uint64 => mapping(bytes32 => uint64)) internal rowIds;
    /// By Datanet, contributor and commit: nobody can take another's commit.
    mapping(uint64 => mapping(uint64 => mapping(bytes32 => Commit))) internal commits;
    mapping(uint64 => mapping(uint64 => Version)) internal versions;
    mapping(uint64 => Draft) internal drafts;
    mapping(uint64 => Quota) internal quotas;
}
