// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INative} from "../INative.sol";
import {IFeeSplit} from "../feeSplit/IFeeSplit.sol";
import {IModel} from "../model/IModel.sol";

/// @title Providers, paid jobs and their escrow
/// @notice At 0x…0A03. A job is one paid inference: requested with escrow, answered by a bonded provider, settled by a quorum.
/// @dev Providers are contributor ids (IContributor), so that a wallet can change.
interface IInference is INative {
    enum JobState {
        None,
        Open,
        Taken,
        Answered,
        Settled,
        Refunded
    }

    struct Request {
        bytes32 versionId;
        /// Posted in the log, so that every validator can re-execute the answer.
        bytes input;
        uint32 maxInputTokens;
        uint32 maxOutputTokens;
        /// Contributor id of the one provider that may accept; 0 for any.
        uint64 provider;
        /// Last second at which an answer is taken.
        uint64 answerBy;
        /// Gets `aiOracleCallback` after settlement; zero for none.
        address callback;
        uint32 callbackGas;
        bytes callbackData;
    }

    struct Provider {
        bool isRegistered;
        /// Jobs accepted and neither settled nor refunded.
        uint32 openJobs;
        uint256 bondWei;
        address wallet;
        string endpoint;
    }

    struct Job {
        JobState state;
        bytes32 versionId;
        address requester;
        bytes32 inputHash;
        uint32 maxInputTokens;
        uint32 maxOutputTokens;
        /// The provider asked for; 0 for any.
        uint64 wantedProvider;
        /// The provider that accepted; 0 before.
        uint64 provider;
        uint64 answerBy;
        /// Last second at which a settlement counts; 0 before the answer.
        uint64 attestBy;
        uint256 escrowWei;
        /// Part of the escrow that pays for the callback: callbackGas at the request's base fee.
        uint256 callbackWei;
        address callback;
        uint32 callbackGas;
        bytes callbackData;
        /// As they were at the request.
        IModel.Rates rates;
        uint256 platformFlatWei;
        uint16 platformBps;
        /// Attribution parameters as they were at the request; 0 where the version's method has none.
        uint16 k;
        /// Guard threshold: datainf and rag.
        uint16 tau;
        /// Levelling: datainf.
        uint8 level;
        /// Shortest span in tokens, and its least information in bits: span.
        uint16 spanTokensMin;
        uint16 spanInfoMin;
        /// Chunks that are retrieved, and so may be cited: rag.
        uint16 citationsMax;
        uint32 inputTokens;
        uint32 outputTokens;
        bytes32 outputHash;
        /// Of the gradient (datainf), of the answer's tokens (span: keccak256(0x37 ‖ …)), of the question's embedding (rag).
        bytes32 queryHash;
        /// rag: what the result's contextRoot must be, keccak256(0x40 ‖ queryHash ‖ u16 citationsMax ‖ u16 count ‖ u32 rows …)
        /// with little-endian integers; zero when no row was named, and then all retrieved rows count as cited.
        bytes32 citationsRoot;
    }

    /// @notice One row's payee: 0 when the row was withdrawn and its weight is the treasury's.
    struct Payee {
        uint64 contributorId;
        /// Parts of 2^32.
        uint64 weight;
    }

    event ProviderRegistered(uint64 indexed providerId, address wallet, uint256 bondWei, string endpoint);
    event ProviderUnregistered(uint64 indexed providerId, uint256 bondWei);
    event BondAdded(uint64 indexed providerId, uint256 addedWei);
    event EndpointSet(uint64 indexed providerId, string endpoint);
    event VersionServed(uint64 indexed providerId, bytes32 indexed versionId, bool isServed);
    event JobRequested(
        uint256 indexed jobId, bytes32 indexed versionId, address indexed requester, uint256 escrowWei, Request request
    );
    event JobAccepted(uint256 indexed jobId, uint64 indexed providerId);
    event JobAnswered(
        uint256 indexed jobId,
        uint64 indexed providerId,
        bytes32 outputHash,
        bytes output,
        uint32 inputTokens,
        uint32 outputTokens,
        bytes32 queryHash,
        uint64 attestBy
    );
    /// @notice The chunks that an answer names as its sources, ascending; emitted with the JobAnswered of a rag version.
    event RowsCited(uint256 indexed jobId, uint32[] rows);
    event JobSettled(uint256 indexed jobId, uint64 indexed providerId, uint256 feeWei, uint256 refundWei);
    event JobRefunded(uint256 indexed jobId, address indexed requester, JobState from, uint256 refundWei);
    event ProviderSlashed(uint64 indexed providerId, uint256 indexed jobId, uint256 slashWei);
    /// @notice How the callback ended; its failure changes nothing.
    event CallbackMade(uint256 indexed jobId, address indexed target, bool success);

    error UnknownJob(uint256 jobId);
    error WrongJobState(uint256 jobId, JobState state);
    error NotRequester(address requester, address caller);
    error NotProvider(uint64 providerId);
    error NotAcceptor(uint64 acceptor, uint64 caller);
    error ProviderReserved(uint64 wanted, uint64 caller);
    error AlreadyProvider(uint64 providerId);
    error ProviderBusy(uint256 openJobs);
    error BondTooSmall(uint256 minWei, uint256 gotWei);
    error VersionNotServing(bytes32 versionId);
    error VersionNotServed(uint64 providerId, bytes32 versionId);
    error AlreadyServed(uint64 providerId, bytes32 versionId);
    error EscrowTooSmall(uint256 quoteWei, uint256 gotWei);
    error EscrowTooLarge(uint256 maxWei, uint256 gotWei);
    error BytesTooLong(string field, uint256 maxBytes, uint256 gotBytes);
    error EmptyInput();
    error TooManyTokens(string field, uint256 max, uint256 got);
    error NoTokens();
    error AnswerByOutOfBounds(uint256 min, uint256 max, uint256 got);
    error TooLate(uint256 deadline, uint256 timestamp);
    error TooEarly(uint256 deadline, uint256 timestamp);
    /// @notice The version's method cites no rows.
    error NothingToCite(uint8 method);
    /// @notice Cited rows must be ascending and distinct; `place` is the first that is not above the one before.
    error CitationsNotAscending(uint256 place);
    error CitationOutOfRange(uint32 rowCount, uint32 row);
    error CallbackGasTooHigh(uint256 max, uint256 got);
    /// @notice Callback gas or data without a callback, or a callback to a native contract.
    error BadCallback(address callback, uint32 callbackGas);

    /// @notice Becomes a provider; the value is the bond.
    function registerProvider(string calldata endpoint, bytes32[] calldata versions)
        external
        payable
        returns (uint64 providerId);

    /// @notice Leaves; the bond returns. Only while no accepted job is open.
    function unregisterProvider() external;

    function addBond() external payable;

    function setEndpoint(string calldata endpoint) external;

    /// @notice Names further versions that this provider serves.
    function serve(bytes32[] calldata versions) external;

    function stopServing(bytes32[] calldata versions) external;

    /// @notice Opens a job. The value is the escrow: at least the quote at both maxima plus callbackGas at the base fee.
    function request(Request calldata request_) external payable returns (uint256 jobId);

    /// @notice Open → Taken; by a bonded provider that serves the version.
    function accept(uint256 jobId) external;

    /// @notice Taken → Answered; by the provider that accepted, until answerBy. For a rag version: all retrieved rows count
    /// as cited.
    /// @param queryHash See `Job.queryHash`.
    function respond(uint256 jobId, bytes calldata output, uint32 inputTokens, uint32 outputTokens, bytes32 queryHash)
        external;

    /// @notice As `respond`, for a rag version, naming the chunks that stood before the question.
    /// @param citedRows Places in the retrieval index: ascending, distinct, at most the job's citationsMax. Empty: all
    /// retrieved rows count as cited.
    function respondCiting(
        uint256 jobId,
        bytes calldata output,
        uint32 inputTokens,
        uint32 outputTokens,
        bytes32 queryHash,
        uint32[] calldata citedRows
    ) external;

    /// @notice Open → Refunded; by the requester.
    function cancel(uint256 jobId) external;

    /// @notice Open or Taken after answerBy, Answered after attestBy → Refunded in full; by anyone. A provider that
    /// accepted and stayed silent loses a share of its bond to the requester.
    function expire(uint256 jobId) external;

    /// @notice Answered → Settled; called by IAttribution for a quorum's result. Pays the fee on, the rest back.
    function settleJob(uint256 jobId, Payee[] calldata payees) external returns (IFeeSplit.Split memory split);

    /// @notice Reports how a callback ended; called by the block executor.
    function reportCallback(uint256 jobId, bool success) external;

    function jobCount() external view returns (uint256);

    function getJob(uint256 jobId) external view returns (Job memory);

    function getProvider(uint64 providerId) external view returns (Provider memory);

    function isServed(uint64 providerId, bytes32 versionId) external view returns (bool);

    /// @notice Least escrow for such a request now: the quote at both maxima plus callbackGas at this block's base fee.
    function escrowFor(bytes32 versionId, uint32 maxInputTokens, uint32 maxOutputTokens, uint32 callbackGas)
        external
        view
        returns (uint256 escrowWei);

    /// @notice Wei owed: escrows of unfinished jobs and bonds. Never above this contract's balance.
    function liabilities() external view returns (uint256);
}
