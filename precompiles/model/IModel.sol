// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INative} from "../INative.sol";

/// @title Models, their versions and their life cycle
/// @notice At 0x…0A02. A model is proposed with a stake, approved, trained, and serves once a quorum has attested a version of it.
/// @dev Shares are basis points of 10,000; rates are wei per 1,000 tokens; times are seconds of block timestamps.
interface IModel is INative {
    enum State {
        None,
        Proposed,
        Collecting,
        Training,
        Deployed,
        Rejected,
        Retired
    }

    enum VersionState {
        None,
        Registered,
        Serving
    }

    /// @notice What an answer costs and who gets what of it. modelBps + stakersBps + contributorsBps = 10,000.
    struct Rates {
        /// Wei per 1,000 input tokens.
        uint96 inputWei;
        /// Wei per 1,000 output tokens.
        uint96 outputWei;
        /// The provider's share of the model part.
        uint16 providerBps;
        /// Beta: the model part of the net fee.
        uint16 modelBps;
        /// Gamma: the stakers' part of the net fee.
        uint16 stakersBps;
        /// Delta: the contributors' part of the net fee.
        uint16 contributorsBps;
    }

    struct Proposal {
        string purpose;
        string architecture;
        /// Hash of the frozen base model.
        bytes32 baseHash;
        /// Hash of the training plan.
        bytes32 planHash;
        /// Datanets that the owner wants to train on.
        uint64[] datanets;
        Rates rates;
    }

    struct DatanetVersion {
        uint64 datanetId;
        uint64 version;
    }

    /// @notice Content by sha-256: of the bytes up to 1 MiB, above it of their manifest (contentId.ts).
    struct ContentRef {
        bytes32 digest;
        uint64 sizeBytes;
    }

    struct Parent {
        bytes32 versionId;
        /// Share of this version's model part.
        uint16 royaltyBps;
    }

    struct VersionSpec {
        /// At most one version of each Datanet; their order is the order of rows and of guardSeed.
        DatanetVersion[] datanets;
        bytes32 baseHash;
        /// Zero for an answer by the bare base model.
        ContentRef adapter;
        /// What answers are attributed to: the gradient index (datainf), the corpus file (span), the retrieval index (rag).
        ContentRef source;
        /// Zero for UTF-8 bytes; span: of the tokens in which the corpus and every answer are written.
        bytes32 tokenizerHash;
        /// 1 = the deterministic studio engine; 0 = any other, whose answers are attributed by span only.
        uint8 engine;
        /// 1 = datainf, 2 = span, 3 = rag.
        uint8 method;
        /// Root of the corpus' suffix array; zero unless the method is span.
        bytes32 saRoot;
        /// sha-256 of the evaluation record.
        bytes32 evaluation;
        Parent[] parents;
    }

    struct ModelInfo {
        State state;
        uint64 ownerId;
        address owner;
        uint256 stakeWei;
        uint256 depositWei;
        string purpose;
        string architecture;
        bytes32 baseHash;
        bytes32 planHash;
        uint64[] datanets;
        /// In force now.
        Rates rates;
        /// Announced; equal to `rates` when none is pending.
        Rates nextRates;
        uint64 nextRatesAt;
        uint64 versionCount;
        /// The newest version that serves; zero before the first.
        bytes32 servingVersion;
    }

    struct VersionInfo {
        VersionState state;
        uint64 modelId;
        uint64 number;
        uint64 registeredBlock;
        /// Rows of the source: of the index or corpus, or chunks of the retrieval index.
        uint32 rowCount;
        /// keccak256(0x12 ‖ header) of an index, keccak256(0x30 ‖ header ‖ saRoot) of a corpus.
        bytes32 sourceRoot;
        bytes32 guardSeed;
        VersionSpec spec;
    }

    /// @notice What a job or a settlement needs to know of a version, in one call.
    struct Terms {
        uint64 modelId;
        uint64 ownerId;
        /// Attested, and its model not retired.
        bool isServing;
        uint8 engine;
        uint8 method;
        uint32 rowCount;
        bytes32 sourceRoot;
        /// In force now.
        Rates rates;
        DatanetVersion[] datanets;
        Parent[] parents;
    }

    event ModelProposed(uint64 indexed modelId, uint64 indexed ownerId, uint256 stakeWei, Proposal proposal);
    event ModelStateChanged(uint64 indexed modelId, State from, State to);
    /// @notice The header is the record: whoever wants to check the source starts from it.
    event VersionRegistered(
        uint64 indexed modelId, bytes32 indexed versionId, uint64 number, bytes32 sourceRoot, bytes header, VersionSpec spec
    );
    event VersionServing(uint64 indexed modelId, bytes32 indexed versionId, bytes32 sourceRoot);
    event RatesSet(uint64 indexed modelId, Rates rates, uint64 effectiveAt);

    error UnknownModel(uint64 modelId);
    error UnknownVersion(bytes32 versionId);
    error NotModelOwner(uint64 ownerId, address caller);
    /// @notice The model's (or version's) state does not allow this.
    error WrongModelState(uint64 modelId, State state);
    error WrongVersionState(bytes32 versionId, VersionState state);
    error WrongStake(uint256 expectedWei, uint256 gotWei);
    error WrongDeposit(uint256 expectedWei, uint256 gotWei);
    error TextTooLong(string field, uint256 maxBytes, uint256 gotBytes);
    error SharesNotWhole(uint256 sumBps);
    error ShareOutOfBounds(string share, uint256 minBps, uint256 maxBps, uint256 gotBps);
    /// @notice The source's header itself is not well-formed; code and words of influence.md §11.
    error BadHeader(string code, string expected, string got);
    /// @notice A field of the header (or saRoot, which stands beside a corpus header) differs from what the chain knows.
    error HeaderMismatch(string field, bytes32 expected, bytes32 got);
    error BaseMismatch(bytes32 expected, bytes32 got);
    error NoDatanets();
    error DuplicateDatanet(uint64 datanetId);
    error UnsupportedMethod(uint8 method);
    /// @notice This engine's answers cannot be attributed by this method.
    error UnsupportedEngine(uint8 engine, uint8 method);
    error SourceTooLarge(uint256 maxBytes, uint256 gotBytes);
    error SourceSizeMismatch(uint256 expectedBytes, uint256 gotBytes);
    error DuplicateParent(bytes32 versionId);
    error ZeroRoyalty(bytes32 versionId);
    error RoyaltiesTooHigh(uint256 maxBps, uint256 gotBps);
    /// @notice Provider and royalties together are more than the model part.
    error ModelPartOverspent(uint256 providerBps, uint256 royaltiesBps);
    error RootMismatch(bytes32 expected, bytes32 got);

    /// @notice Proposes a model; the value is its stake, `modelStakeWei` of IParams: returned at approval, the treasury's
    /// at rejection.
    function propose(Proposal calldata proposal) external payable returns (uint64 modelId);

    /// @notice Proposed → Collecting, stake returned; by the governor.
    function approve(uint64 modelId) external;

    /// @notice Proposed → Rejected, stake to the treasury; by the governor.
    function reject(uint64 modelId) external;

    /// @notice Collecting → Training; by the owner.
    function startTraining(uint64 modelId) external;

    /// @notice Registers the next version of a model in Training or Deployed; by the owner.
    /// @param header The 176 bytes with which the source file begins. An index header must carry
    /// `versionIdOf(modelId, number)`; a corpus header the row count of the named Datanet versions and the spec's tokenizer.
    /// The value must be `depositFor(spec.source.sizeBytes)`; it comes back when the model retires.
    /// @dev A corpus holds, row by row in the order of their order keys, the *output* text of the rows as UTF-8 bytes: what a
    /// contributor wrote as an answer is what an answer can repeat. A row withdrawn before the corpus was built keeps its
    /// place with no text. A chunk of a retrieval index is a piece of one row (studio/chunks.ts).
    function registerVersion(uint64 modelId, bytes calldata header, VersionSpec calldata spec)
        external
        payable
        returns (bytes32 versionId, uint64 number);

    /// @notice Registered → Serving, and a model in Training → Deployed; called by IAttribution for a quorum's attestation.
    function attestVersion(bytes32 versionId, bytes32 root) external;

    /// @notice Announces rates; they hold after the notice period. By the owner.
    function setRates(uint64 modelId, Rates calldata rates) external;

    /// @notice Any state but Rejected → Retired; stake and deposits return. Open jobs finish. By the owner.
    function retire(uint64 modelId) external;

    function modelCount() external view returns (uint64);

    function getModel(uint64 modelId) external view returns (ModelInfo memory);

    function getVersion(bytes32 versionId) external view returns (VersionInfo memory);

    function termsOf(bytes32 versionId) external view returns (Terms memory);

    /// @notice Direct parents with their royalties.
    function lineage(bytes32 versionId) external view returns (Parent[] memory);

    /// @notice keccak256(chainId[32] ‖ modelId[32] ‖ number[8]); known before the version exists.
    function versionIdOf(uint64 modelId, uint64 number) external view returns (bytes32);

    /// @notice Deposit for a source file of so many bytes: per started MiB.
    function depositFor(uint64 sourceBytes) external view returns (uint256 depositWei);

    /// @notice Wei owed to owners: stakes and deposits. Never above this contract's balance.
    function liabilities() external view returns (uint256);
}
