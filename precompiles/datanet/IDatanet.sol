// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../INative.sol";

/// @title Datanets: pools of rows, their curation and their frozen versions
/// @notice At 0x…0A01. A row is one training example: u32 inputLength ‖ input ‖ output, big-endian, UTF-8, at most
/// 65,536 bytes, output not empty. Its hash is sha-256 of these bytes; its content id is CIDv1 raw of the hash. Ids of
/// Datanets, rows and versions count from 1. Order keys are height · 2^24 + n over all Datanets.
interface IDatanet is INative {
    /// Open: accepted at once. Owner: the owner accepts or rejects. Validators: not offered yet.
    enum Curation { Open, Owner, Validators }

    enum RowStatus { None, Pending, Accepted, Rejected, Duplicate, Withdrawn }

    struct DatanetInfo {
        uint64 datanetId;
        /// Contributor number of the owner.
        uint64 ownerId;
        Curation curation;
        uint256 rowBondWei;
        uint64 rowCount;
        /// Accepted and not withdrawn.
        uint64 acceptedCount;
        uint64 versionCount;
        uint64 createdAt;
        string name;
        string domain;
        string licence;
        string metadata;
    }

    struct Row {
        uint64 rowId;
        uint64 contributorId;
        uint64 orderKey;
        bytes32 rowHash;
        /// Of the canonical bytes.
        uint32 size;
        RowStatus status;
        /// Unix seconds after which a version may freeze the row.
        uint64 readyAt;
        /// The versions that hold it are firstVersion to lastVersion; 0: none; lastVersion 0: up to the newest.
        uint64 firstVersion;
        uint64 lastVersion;
    }

    struct RowRef {
        bytes32 rowHash;
        uint32 size;
    }

    struct VersionInfo {
        uint64 version;
        bytes32 root;
        uint64 count;
        /// Parent hash of the block of the first publishVersion call.
        bytes32 seed;
        /// Height of that block: rows ordered in it or later are out.
        uint64 startHeight;
        uint64 publishedAt;
    }

    struct VersionRow {
        uint64 rowId;
        uint64 contributorId;
        uint64 orderKey;
        bytes32 rowHash;
        RowStatus status;
    }

    /// A version being published.
    struct Draft {
        uint64 startHeight;
        uint64 startedAt;
        /// Places of the order list walked, and how many there are.
        uint64 cursor;
        uint64 end;
        uint64 count;
        bytes32 seed;
    }

    struct Commit {
        uint64 orderKey;
        /// Unix seconds until which it can be revealed.
        uint64 revealBy;
        /// The row it became; 0 while hidden.
        uint64 rowId;
    }

    event DatanetCreated(uint64 indexed datanetId, uint64 indexed ownerId, Curation curation, uint256 rowBondWei, string name, string domain, string licence, string metadata);
    event RowsCommitted(uint64 indexed datanetId, uint64 indexed contributorId, uint64 firstOrderKey, uint64 revealBy, bytes32[] commits);
    event RowAdded(uint64 indexed datanetId, uint64 indexed rowId, uint64 indexed contributorId, bytes32 rowHash, uint64 orderKey, bytes row);
    event RowRefAdded(uint64 indexed datanetId, uint64 indexed rowId, uint64 indexed contributorId, bytes32 rowHash, uint64 orderKey, uint32 size);
    event RowsAccepted(uint64 indexed datanetId, uint64[] rowIds);
    event RowsRejected(uint64 indexed datanetId, uint64[] rowIds);
    /// @notice An equal row with an earlier order key was revealed: this one loses its place and its pay.
    event RowDuplicate(uint64 indexed datanetId, uint64 indexed rowId, uint64 indexed firstRowId);
    event RowWithdrawn(uint64 indexed datanetId, uint64 indexed rowId);
    event VersionStarted(uint64 indexed datanetId, uint64 indexed version, bytes32 seed, uint64 end);
    event VersionPublished(uint64 indexed datanetId, uint64 indexed version, bytes32 root, uint64 count, bytes32 seed);
    /// @notice Every row that a started version could have frozen was withdrawn meanwhile.
    event VersionAbandoned(uint64 indexed datanetId, uint64 indexed version);

    error UnknownDatanet(uint64 datanetId);
    error UnknownRow(uint64 datanetId, uint64 rowId);
    error UnknownVersion(uint64 datanetId, uint64 version);
    error UnknownIndex(uint64 count, uint64 index);
    error NotOwner(uint64 ownerId, address caller);
    error NotContributor(uint64 contributorId, address caller);
    error UnknownCuration(uint8 curation);
    /// @notice Validators' curation is not offered by this version of the chain.
    error CurationNotOffered(Curation curation);
    error TextTooLong(string field, uint256 maxBytes, uint256 gotBytes);
    error EmptyName();
    /// @notice An Open Datanet accepts at once, so a bond would secure nothing.
    error BondNeedsCuration();
    error BondOutOfBounds(uint256 minWei, uint256 maxWei, uint256 gotWei);
    /// @notice The value must be the row bond times the number of rows.
    error WrongBond(uint256 expectedWei, uint256 gotWei);
    error NoRows();
    /// @notice rows[index] is not canonical; reason names what is wrong.
    error BadRow(uint256 index, string reason);
    error BadRowSize(uint256 index, uint256 min, uint256 max, uint256 got);
    error DuplicateRow(uint64 firstRowId);
    /// @notice Rows by reference need someone who looks at their content.
    error RefsNeedCuration();
    error CommitExists(bytes32 commitHash);
    error UnknownCommit(bytes32 commitHash);
    error RevealTooLate(uint64 revealBy);
    error AlreadyRevealed(uint64 rowId);
    error LengthMismatch(uint256 rows, uint256 salts);
    error WrongRowStatus(uint64 rowId, RowStatus status);
    /// @notice The daily quota is used up; it frees at this time.
    error QuotaExceeded(uint256 max, uint64 freesAt);
    /// @notice No accepted row is older than the reveal window.
    error NothingToPublish(uint64 datanetId);
    error ZeroRows();

    /// @notice Opens a Datanet owned by the caller. rowBondWei must be 0 when curation is Open.
    function createDatanet(string calldata name, string calldata domain, string calldata licence, Curation curation, uint256 rowBondWei, string calldata metadata) external returns (uint64 datanetId);

    /// @notice Adds rows with their content in the call data.
    function addRows(uint64 datanetId, bytes[] calldata rows) external payable returns (uint64 firstRowId);

    /// @notice Adds rows by hash and size; their content travels by content id.
    function addRowRefs(uint64 datanetId, RowRef[] calldata refs) external payable returns (uint64 firstRowId);

    /// @notice Takes places for hidden rows: keccak256(contributorId[8] ‖ datanetId[8] ‖ rowHash[32] ‖ salt[32]).
    function commitRows(uint64 datanetId, bytes32[] calldata commits) external returns (uint64 firstOrderKey);

    /// @notice Shows committed rows; each takes its commit's order key.
    function revealRows(uint64 datanetId, bytes[] calldata rows, bytes32[] calldata salts) external payable returns (uint64 firstRowId);

    /// @notice The owner's judgement on pending rows. Accepted: the bond returns. Rejected: it goes to the treasury.
    function curate(uint64 datanetId, uint64[] calldata rowIds, bool accepted) external;

    /// @notice By its contributor: no later version holds the row, and it earns no more. A pending row gives up its bond.
    function withdrawRow(uint64 datanetId, uint64 rowId) external;

    /// @notice Freezes the accepted rows, in order, walking at most maxRows places of the order list a call. By the owner.
    /// @return version the version that is now published; 0: call again
    function publishVersion(uint64 datanetId, uint64 maxRows) external returns (uint64 version);

    function datanetCount() external view returns (uint64);
    function getDatanet(uint64 datanetId) external view returns (DatanetInfo memory);
    function getRow(uint64 datanetId, uint64 rowId) external view returns (Row memory);
    /// @notice Rows from start on, at most 256 a call.
    function getRows(uint64 datanetId, uint64 start, uint64 count) external view returns (Row[] memory);
    /// @notice The row that holds the place of this hash; 0 when there is none.
    function rowIdByHash(uint64 datanetId, bytes32 rowHash) external view returns (uint64 rowId);
    function commitOf(uint64 datanetId, uint64 contributorId, bytes32 commitHash) external view returns (Commit memory);
    function versionOf(uint64 datanetId, uint64 version) external view returns (VersionInfo memory);
    /// @notice The version that publishVersion is at work on; all zero when none.
    function draftOf(uint64 datanetId) external view returns (Draft memory);
    /// @notice The row at a place of a version, from 0.
    function versionRow(uint64 datanetId, uint64 version, uint64 index) external view returns (VersionRow memory);
    /// @notice Rows of a version from a place on, at most 256 a call.
    function versionRows(uint64 datanetId, uint64 version, uint64 start, uint64 count) external view returns (VersionRow[] memory);
    /// @notice Rows of the version that were withdrawn since; walks at most 256 of the Datanet's withdrawals, from start.
    /// @return rowIds of the version
    /// @return next start of the following call; 0 when all were walked
    function withdrawnRows(uint64 datanetId, uint64 version, uint64 start) external view returns (uint64[] memory rowIds, uint64 next);
    /// @notice Who is paid for each row now: its contributor, or 0 when it is unknown, not accepted, or withdrawn.
    function payees(uint64[] calldata datanetIds, uint64[] calldata rowIds) external view returns (uint64[] memory contributorIds);
    /// @notice Rows and Datanets that a contributor may still add today, and when the quota frees.
    function quotaOf(uint64 contributorId) external view returns (uint64 rows, uint64 datanets, uint64 freesAt);
    /// @notice Bonds held: what this contract owes.
    function liabilities() external view returns (uint256 amountWei);
}
