// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAttribution} from "../../../precompiles/attribution/IAttribution.sol";

/// @title A contract that trusts no node: it pays attention to a row's score only when the chain has verified its proof.
contract RowProofs {
    IAttribution constant ATTRIBUTION = IAttribution(0x0000000000000000000000000000000000000a04);

    mapping(uint256 jobId => mapping(bytes32 proofHash => int64)) public scores;

    event RowVerified(uint256 indexed jobId, bytes32 indexed proofHash, int64 score);

    /// @notice Keeps the score of a row whose proof holds; reverts with the native's error otherwise.
    function remember(uint256 jobId, bytes calldata result, bytes calldata proof) external returns (int64 score) {
        score = ATTRIBUTION.verifyRow(jobId, result, proof);
        scores[jobId][keccak256(proof)] = score;
        emit RowVerified(jobId, keccak256(proof), score);
    }

    /// @notice The score of a proof that holds, or the reason of influence/ why it does not.
    function check(uint256 jobId, bytes calldata result, bytes calldata proof)
        external
        view
        returns (bool isValid, int64 score, string memory error, string memory code)
    {
        try ATTRIBUTION.verifyRow(jobId, result, proof) returns (int64 verified) {
            return (true, verified, "", "");
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            if (selector == IAttribution.RootMismatch.selector) return (false, 0, "RootMismatch", "");
            if (selector == IAttribution.NotSettled.selector) return (false, 0, "NotSettled", "");
            if (selector == IAttribution.BadResult.selector) error = "BadResult";
            else if (selector == IAttribution.BadProof.selector) error = "BadProof";
            else return (false, 0, "unknown", "");
            bytes memory words = new bytes(reason.length - 4);
            for (uint256 i = 0; i < words.length; i++) words[i] = reason[i + 4];
            (code,,) = abi.decode(words, (string, string, string));
        }
    }
}
