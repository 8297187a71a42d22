// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Errors that every native contract can answer with
/// @notice All native interfaces inherit these, so that any ABI decodes them.
interface INative {
    /// @notice Natives work by CALL and STATICCALL only, never by DELEGATECALL or CALLCODE.
    error NotDirect();
    /// @notice No function has this selector.
    error UnknownSelector(bytes4 selector);
    /// @notice The function writes and was reached by STATICCALL.
    error StaticWrite();
    /// @notice The function takes no value.
    error NotPayable();
    /// @notice The call data is not the canonical ABI encoding; offset counts from the first byte after the selector.
    error BadInput(uint256 offset);
    /// @notice Only the block executor may call this.
    error NotSystem(address caller);
    /// @notice Only another native contract may call this.
    error NotNative(address caller);
    /// @notice Only the governor's timelock (on a devnet also the dev admin) may call this.
    error NotGovernor(address caller);
    /// @notice A list is longer than the bound.
    error TooMany(uint256 max, uint256 got);
}
