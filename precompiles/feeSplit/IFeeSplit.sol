// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INative} from "../INative.sol";
import {IInference} from "../inference/IInference.sol";
import {IModel} from "../model/IModel.sol";

/// @title Quotes, splits, balances, claims and the treasury
/// @notice At 0x…0A05. Every product is floored once; every remainder goes to the treasury and is reported as dust, so that
/// fee = platform + owner + provider + parents + stakers + rewards + dust.
interface IFeeSplit is INative {
    /// @notice A job's fee as IInference hands it over; the value is feeWei + callbackWei.
    struct JobFee {
        uint256 jobId;
        bytes32 versionId;
        uint64 providerId;
        uint32 inputTokens;
        uint32 outputTokens;
        /// Of the request.
        IModel.Rates rates;
        uint256 platformFlatWei;
        uint16 platformBps;
        /// Callback gas at the request's base fee: the treasury's.
        uint256 callbackWei;
        IInference.Payee[] payees;
    }

    /// @notice How a fee was shared out; all but feeWei sum to feeWei.
    struct Split {
        uint256 feeWei;
        uint256 platformWei;
        uint256 ownerWei;
        uint256 providerWei;
        uint256 parentsWei;
        uint256 stakersWei;
        uint256 rewardsWei;
        uint256 dustWei;
    }

    /// @notice Why an id was credited.
    enum Role {
        Contributor,
        ModelOwner,
        Provider
    }

    event FeeSplit(uint256 indexed jobId, bytes32 indexed versionId, Split split);
    /// @notice Once per distinct contributor of a job, and for its provider and the model's owner.
    event Credited(uint64 indexed id, uint256 indexed jobId, Role role, uint256 creditWei);
    event RoyaltyCredited(bytes32 indexed parentId, bytes32 indexed versionId, uint256 creditWei);
    event RoyaltiesPulled(bytes32 indexed versionId, uint64 indexed ownerId, uint256 poolWei, uint256 ownerWei);
    event Claimed(uint64 indexed id, address indexed to, uint256 claimWei);
    event ClaimerSet(uint64 indexed id, address claimer);
    /// @notice Base fees, rejected stakes, callback gas and the like.
    event TreasuryFunded(address indexed from, uint256 fundWei);
    event TreasuryPaid(address indexed to, uint256 payWei);

    error NotClaimer(uint64 id, address caller);
    error NothingToClaim(uint64 id);
    error EmptyPool(bytes32 versionId);
    error BadRecipient(address to);
    error TreasuryShort(uint256 treasuryWei, uint256 wantedWei);
    /// @notice The value does not match what is booked.
    error WrongValue(uint256 expectedWei, uint256 gotWei);

    /// @notice Price of an answer by a version at its present rates.
    function quote(bytes32 versionId, uint32 inputTokens, uint32 outputTokens) external view returns (uint256 feeWei);

    /// @notice Splits and books one job's fee; called by IInference.
    function bookJob(JobFee calldata job) external payable returns (Split memory split);

    /// @notice Wei that a contributor id can claim: as row contributor, model owner and provider together.
    function balanceOf(uint64 id) external view returns (uint256);

    /// @notice Claims all of the caller's own balance.
    function claim(address to) external returns (uint256 claimWei);

    /// @notice Claims several ids' balances; for each the caller must be its wallet or its claimer.
    function claimMany(uint64[] calldata ids, address to) external returns (uint256 claimWei);

    /// @notice Lets an address claim for the caller's id; zero ends it.
    function setClaimer(address claimer) external;

    function claimerOf(uint64 id) external view returns (address);

    /// @notice Royalties that a version has earned from its children and nobody has pulled on yet.
    function poolOf(bytes32 versionId) external view returns (uint256);

    /// @notice Shares out a version's royalty pool: each of its parents by its royalty, the owner the rest. By anyone.
    function pullRoyalties(bytes32 versionId) external returns (uint256 poolWei);

    function treasury() external view returns (uint256);

    /// @notice Books a block's base fees to the treasury; called by the block executor.
    function bookBaseFees() external payable;

    /// @notice Books the value to the treasury; called by other natives.
    function depositTreasury() external payable;

    /// @notice Pays from the treasury; by the governor.
    function treasuryPay(address to, uint256 payWei) external;

    /// @notice Wei owed: balances, pools and treasury. Never above this contract's balance.
    function liabilities() external view returns (uint256);
}
