// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../INative.sol";

/// @title Validators, delegation, slashing, epochs and the stakers' part of fees
/// @notice At 0x…0A06. The set of the next epoch is read from this state at an epoch's last block: the 100 contenders of the
/// highest powers (whole staked coins), ties to the lower address. Stake that is taken back is free once the epoch that runs
/// has ended and the unbonding time has passed; until then evidence reaches it.
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
        /// All of it, and the operator's own part.
        uint256 stakeWei;
        uint256 selfStakeWei;
        /// Sets are chosen from contenders.
        bool isContender;
        /// Convicted: never in a set again.
        bool isTombstoned;
    }

    /// @notice What an account has with one validator.
    struct Position {
        address operator;
        uint256 stakeWei;
        uint256 rewardsWei;
    }

    struct Unbonding {
        address operator;
        uint256 amountWei;
        /// The last epoch in which the stake may have counted.
        uint64 epoch;
        /// 0 while that epoch runs.
        uint64 completionTime;
    }

    event ValidatorCreated(address indexed operator, bytes blsKey, bytes32 p2pKey, address feeRecipient, uint16 commissionBps, uint256 stakeWei);
    event ValidatorEdited(address indexed operator, address feeRecipient, uint16 commissionBps);
    event ContenderJoined(address indexed operator);
    event ContenderLeft(address indexed operator);
    event Delegated(address indexed account, address indexed operator, uint256 amountWei);
    event Undelegated(address indexed account, address indexed operator, uint256 amountWei, uint64 epoch);
    event Withdrawn(address indexed account, uint256 amountWei);
    event RewardsAdded(uint256 amountWei);
    event RewardsClaimed(address indexed account, uint256 amountWei);
    /// @notice Of slashedWei, rewardWei went to the reporter, the rest was burned.
    event Punished(address indexed operator, uint64 indexed epoch, address indexed reporter, uint256 slashedWei, uint256 rewardWei);

    error UnknownValidator(address operator);
    error ValidatorExists(address operator);
    error StakeTooSmall(uint256 minWei, uint256 gotWei);
    error CommissionTooHigh(uint16 maxBps, uint16 gotBps);
    /// @notice A commission rises by so much at most, and not before this time.
    error CommissionRise(uint16 maxBps, uint64 notBefore);
    error ZeroFeeRecipient();
    /// @notice A BLS key has 48 bytes, a proof of possession 96.
    error BadLength(uint256 expected, uint256 got);
    /// @notice Another validator holds, or held, this BLS or p2p key; its hash (BLS) or itself (p2p).
    error KeyInUse(bytes32 key);
    /// @notice The proof of possession does not verify for this key, p2p key and operator.
    error BadProof();
    /// @notice The validator was convicted: nothing can be added to it.
    error Tombstoned(address operator);
    error ZeroAmount();
    error StakeShort(uint256 hasWei, uint256 wantedWei);
    /// @notice So many portions of this validator's stake are unbonding already; try again when the oldest is free.
    error UnbondingsFull(uint64 max);
    error AlreadyContender(address operator);
    /// @notice All places are taken, and no contender has less stake.
    error ContendersFull(uint64 max);
    /// @notice Epochs are written in order, without gaps.
    error WrongEpoch(uint64 expected, uint64 got);
    error UnknownEpoch(uint64 number);
    error NothingToClaim(address account);
    error NothingToWithdraw(address account);
    /// @notice The bytes are not the one encoding of a forbidden pair.
    error BadEvidence(string expected, string got);
    /// @notice Stake of that epoch was free from this time on.
    error EvidenceExpired(uint64 epoch, uint64 since);
    /// @notice The set does not open the epoch's setHash.
    error SetMismatch(bytes32 expected, bytes32 got);
    /// @notice No member of the set signed both sides.
    error NobodyAccused();
    /// @notice The signature of this side (0 or 1) does not verify.
    error BadSignature(uint8 side);
    /// @notice All who are accused were punished for this epoch.
    error AlreadyPunished();

    /// @notice Registers the caller with its value as its own stake, for sets from the next epoch on: as a contender, unless all
    /// places are taken by more stake.
    /// @param proof signature over POPK(blsKey, p2pKey, operator), 96 bytes
    function createValidator(bytes calldata blsKey, bytes calldata proof, bytes32 p2pKey, address feeRecipient, uint16 commissionBps) external payable;

    /// @notice By the operator. A commission falls at once; it rises by at most 100 bps a day.
    function editValidator(address feeRecipient, uint16 commissionBps) external;

    /// @notice Makes a validator a contender again, or for the first time when all places were taken at its creation. By
    /// anyone; its own stake must reach the least. When all places are taken, the contender of the least stake loses its.
    function contend(address operator) external;

    /// @notice Adds the value to the caller's stake with a validator; it counts from the next epoch's set on.
    function delegate(address operator) external payable;

    /// @notice Takes stake back: it stops earning now, stays slashable, and is paid by withdrawUnbonded.
    /// @return completionTime the earliest time at which it can be free: exact once the epoch that runs has ended
    function undelegate(address operator, uint256 amountWei) external returns (uint64 completionTime);

    /// @notice Pays the caller's unbonded stake, oldest first, at most so many portions.
    function withdrawUnbonded(uint64 max) external returns (uint256 amountWei);

    /// @notice Pays the caller's rewards (and commission) of at most so many of its positions; the next call goes on after
    /// them, and round.
    function claimRewards(uint64 max) external returns (uint256 amountWei);

    /// @notice Punishes who signed a forbidden pair: tombstoned, and slashed with all stake that may have counted in the epoch
    /// or later. Half goes to the caller up to a cap for each, the rest is burned. Each operator once for an epoch.
    /// @param evidence as primitives/evidence.ts writes it
    /// @param set the epoch's validators: n[2], then operator[20] blsKey[48] p2pKey[32] power[8] of each
    /// @param max at most so many are punished by this call
    /// @return punishedCount by this call
    /// @return leftCount accused who are not punished yet
    function submitEvidence(bytes calldata evidence, bytes calldata set, uint64 max) external returns (uint64 punishedCount, uint64 leftCount);

    function validator(address operator) external view returns (Validator memory);

    /// @notice Registered validators in the order of registration, at most 100 a call; those that left are among them.
    function validators(uint64 start, uint64 count) external view returns (Validator[] memory);

    function validatorCount() external view returns (uint64);

    function contenderCount() external view returns (uint64);

    /// @notice Stake that earns.
    function totalStake() external view returns (uint256 stakeWei);

    function position(address operator, address account) external view returns (Position memory);

    /// @notice An account's positions, at most 64.
    function positions(address account) external view returns (Position[] memory);

    /// @notice Stake of an account that is unbonding or waits to be withdrawn, oldest first, at most 100 a call.
    function unbondings(address account, uint64 start, uint64 count) external view returns (Unbonding[] memory);

    function unbondingCount(address account) external view returns (uint64);

    /// @notice What an account could claim now.
    function rewardsOf(address account) external view returns (uint256 amountWei);

    /// @notice Was this operator punished for an offence in this epoch?
    function isPunished(address operator, uint64 epoch) external view returns (bool);

    /// @notice By the block executor in an epoch's first block.
    function beginEpoch(uint64 number, bytes32 epochHash, bytes32 setHash) external;

    /// @notice Epochs begun so far; the current one is this less 1.
    function epochCount() external view returns (uint64);

    function epochHashOf(uint64 number) external view returns (bytes32);

    function setHashOf(uint64 number) external view returns (bytes32);

    /// @notice When stake that last counted in an epoch is free; 0 while the epoch runs.
    function releaseTimeOf(uint64 number) external view returns (uint64);

    /// @notice Shares its value among all stake. Only for native contracts.
    function addRewards() external payable;

    /// @notice Stake and unclaimed rewards: what this contract owes.
    function liabilities() external view returns (uint256 amountWei);
}
