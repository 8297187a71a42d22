// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../INative.sol";

/// @title Bounded parameters of the chain
/// @notice At 0x…0A08. Names are ASCII, padded with zeros on the right: bytes32("blockGasLimit"). Every reader is a
/// total function: what a vote can write lies within bounds, and what lies outside is read as the nearest bound.
interface IParams is INative {
    struct Parameter {
        bytes32 name;
        /// What the number counts: "gas", "wei", "bps", "s", "bytes", "count" ...
        string unit;
        uint256 min;
        uint256 max;
        uint256 value;
    }

    event ParameterSet(bytes32 indexed name, uint256 previous, uint256 value);

    error UnknownParameter(bytes32 name);
    error OutOfBounds(bytes32 name, uint256 min, uint256 max, uint256 value);
    /// @notice Two parameters contradict each other: the rule that would break, in words.
    error Inconsistent(string rule);
    /// @notice names and values differ in number.
    error LengthMismatch(uint256 names, uint256 values);

    /// @notice Value of one parameter.
    function get(bytes32 name) external view returns (uint256 value);

    /// @notice Values of several parameters, in the order asked.
    function getMany(bytes32[] calldata names) external view returns (uint256[] memory values);

    /// @notice A parameter with its unit and bounds.
    function describe(bytes32 name) external view returns (Parameter memory parameter);

    /// @notice All parameters, in table order.
    function list() external view returns (Parameter[] memory parameters);

    /// @notice Sets one parameter. Only the governor, on a devnet also the dev admin.
    function set(bytes32 name, uint256 value) external;

    /// @notice Sets several at once, for those that must agree with each other (shares that add up to 10,000).
    function setMany(bytes32[] calldata names, uint256[] calldata values) external;

    /// @notice The timelock.
    function governor() external view returns (address);

    /// @notice The dev admin; zero where there is none.
    function devAdmin() external view returns (address);

    /// @notice True for the governor and for the dev admin.
    function isGovernor(address account) external view returns (bool);
}
