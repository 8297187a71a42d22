// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../INative.sol";

/// @title Validators, epochs and the stakers' part of fees
/// @notice At 0x…0A06. The set of the next epoch is read from this state at an epoch's last block: the 100 highest
/// powers (whole staked coins), ties to the lower address.
interface IStaking is INative {
    struct Validator {
        address operator;
        /// BLS12-381 G1 public key, 48 bytes.
        bytes blsKey;
        /// Ed25519 key of the peer id.
        bytes32 p2pKey;
        /// Coinbase of the validator's blocks.
        address feeRecipient;
        uint16 commissionBps;
        uint256 stakeWei;
    }

    event ValidatorCreated(address indexed operator, bytes blsKey, bytes32 p2pKey, address feeRecipient, uint16 commissionBps, uint256 stakeWei);
    event RewardsAdded(uint256 amountWei);
    event RewardsClaimed(address indexed operator, uint256 amountWei);

    error UnknownValidator(address operator);
    error ValidatorExists(address operator);
    error StakeTooSmall(uint256 minWei, uint256 gotWei);
    error CommissionTooHigh(uint16 maxBps, uint16 gotBps);
    error ZeroFeeRecipient();
    /// @notice A BLS key has 48 bytes, a proof of possession 96.
    error BadLength(uint256 expected, uint256 got);
    /// @notice Another validator holds this BLS or p2p key; its hash (BLS) or itself (p2p).
    error KeyInUse(bytes32 key);
    /// @notice The proof of possession does not verify for this key, p2p key and operator.
    error BadProof();
    /// @notice Epochs are written in order, without gaps.
    error WrongEpoch(uint64 expected, uint64 got);
    error UnknownEpoch(uint64 number);
    error NothingToClaim(address operator);

    /// @notice Registers the caller with its value as stake, for sets from the next epoch on.
    /// @param proof signature over POPK(blsKey, p2pKey, operator), 96 bytes
    function createValidator(bytes calldata blsKey, bytes calldata proof, bytes32 p2pKey, address feeRecipient, uint16 commissionBps) external payable;

    function validator(address operator) external view returns (Validator memory);

    /// @notice Registered validators in the order of registration, at most 100 a call.
    function validators(uint64 start, uint64 count) external view returns (Validator[] memory);

    function validatorCount() external view returns (uint64);

    function totalStake() external view returns (uint256 stakeWei);

    /// @notice By the block executor in an epoch's first block.
    function beginEpoch(uint64 number, bytes32 epochHash, bytes32 setHash) external;

    /// @notice Epochs begun so far; the current one is this less 1.
    function epochCount() external view returns (uint64);

    function epochHashOf(uint64 number) external view returns (bytes32);

    function setHashOf(uint64 number) external view returns (bytes32);

    /// @notice Shares its value among all stake. Only for native contracts.
    function addRewards() external payable;

    /// @notice What an operator could claim now.
    function rewardsOf(address operator) external view returns (uint256 amountWei);

    /// @notice Pays the caller's rewards to the caller.
    function claimRewards() external returns (uint256 amountWei);

    /// @notice Stake and unclaimed rewards: what this contract owes.
    function liabilities() external view returns (uint256 amountWei);
}
