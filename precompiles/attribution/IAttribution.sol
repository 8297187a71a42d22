// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IFeeSplit} from "../feeSplit/IFeeSplit.sol";
import {INative} from "../INative.sol";

/// @title Settled attributions and their proofs
/// @notice At 0x…0A04. Which rows made an answer, as a quorum of validators attested it, and what each was paid.
interface IAttribution is INative {
    /// @notice One paid row of a result (influence.md §6.6).
    struct Entry {
        uint32 row;
        uint64 datanetId;
        uint64 rowId;
        int64 score;
        /// Parts of 2^32.
        uint64 weight;
    }

    /// @notice A piece of an answer that the version's corpus holds word for word (influence.md §7).
    struct Span {
        /// First token in the answer, and how many.
        uint32 start;
        uint32 length;
        /// Bits of information.
        uint32 info;
        /// The row of the corpus that was the first to hold it.
        uint32 owner;
        /// Its first place in the text of the corpus, in symbols.
        uint64 position;
    }

    /// @notice A chunk of a retrieval index beside the question of a job (influence.md §8).
    struct Citation {
        uint32 row;
        /// cos² in parts of 2^30; 0 for a chunk that is a duplicate.
        int64 score;
        bool isCited;
    }

    struct Attribution {
        /// keccak256(0x20 ‖ result).
        bytes32 root;
        uint64 epoch;
        uint64 blockNumber;
        IFeeSplit.Split split;
    }

    /// @notice A job was settled. `contributors` and `rewardsWei` follow the entries of `result`; a contributor of 0 means
    /// that the row was withdrawn and its part went to the treasury.
    event Settled(
        uint256 indexed jobId,
        bytes32 indexed versionId,
        bytes32 root,
        uint64 epoch,
        bytes result,
        uint64[] contributors,
        uint256[] rewardsWei
    );
    event VersionAttested(bytes32 indexed versionId, bytes32 root, uint64 epoch);

    error NotSettled(uint256 jobId);
    /// @notice The job is not answered, or its attestation window is over.
    error JobNotOpen(uint256 jobId, uint8 state);
    /// @notice The result bytes are not canonical; code and words of influence.md §11.
    error BadResult(string code, string expected, string got);
    /// @notice A field of the result differs from what the chain knows.
    error ResultMismatch(string field, bytes32 expected, bytes32 got);
    /// @notice The entry's row is in no Datanet version that the model version names.
    error ForeignRow(uint64 datanetId, uint64 rowId);
    error RootMismatch(bytes32 expected, bytes32 got);
    /// @notice The proof does not hold; code and words of influence.md §11.
    error BadProof(string code, string expected, string got);

    /// @notice Settles a job; only in a settlement transaction, whose quorum signature the executor has verified.
    function settle(uint256 jobId, bytes calldata result, bytes calldata signers, bytes calldata signature) external;

    /// @notice Lets a version serve; only in a settlement transaction, whose quorum signature the executor has verified.
    function settleVersion(bytes32 versionId, bytes32 root, bytes calldata signers, bytes calldata signature) external;

    function getAttribution(uint256 jobId) external view returns (Attribution memory);

    /// @notice Checks that `result` is the job's, by a datainf version, and recomputes one row's score from its opening.
    /// @param proof A row proof in the encoding of influence/rowProof.ts.
    function verifyRow(uint256 jobId, bytes calldata result, bytes calldata proof) external view returns (int64 score);

    /// @notice Checks that `result` is the job's, by a span version, and that one piece of the answer stands word for word in
    /// the version's corpus: where it stands first, in whose row, and that it cannot be longer on either side.
    /// @param proof A span proof in the encoding of influence/span/proof/spanProof.ts.
    function verifySpan(uint256 jobId, bytes calldata result, bytes calldata proof) external view returns (Span memory span);

    /// @notice Checks that `result` is the job's, by a rag version, and recomputes how like the question one chunk is.
    /// @param proof A citation proof in the encoding of influence/rag/citationProof.ts.
    /// @return citation That a cited chunk was used by the model, and not only named, is not proved.
    function verifyCitation(uint256 jobId, bytes calldata result, bytes calldata proof)
        external
        view
        returns (Citation memory citation);

    /// @notice Shows that a span version's corpus is wrong: two neighbours of its suffix array stand in the wrong order.
    /// @dev It changes nothing on chain: whoever signed the version's attestation is named by the settlement that brought it.
    /// @param proof An order proof in the encoding of influence/span/proof/orderProof.ts.
    /// @return place Entries place and place + 1 are in the wrong order.
    function verifyDisorder(bytes32 versionId, bytes calldata proof) external view returns (uint64 place);

    /// @notice The paid rows that canonical result bytes hold, in order of pay.
    function entriesOf(bytes calldata result) external view returns (Entry[] memory entries);
}
