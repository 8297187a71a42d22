// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What a contract implements to receive answers
/// @notice Called by IInference after settlement, with the gas that the request paid for.
interface IAiOracleCallback {
    function aiOracleCallback(uint256 requestId, bytes calldata output, bytes calldata callbackData) external;
}
