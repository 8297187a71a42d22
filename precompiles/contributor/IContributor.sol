// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import "../INative.sol";

/// @title Contributor identities
/// @notice At 0x…0A07. A contributor is a number, not a wallet: income is booked to the number, and a lost wallet can be
/// rotated. The first accepted action of a wallet (a row, a model, a provider's bond) creates its number, from 1.
interface IContributor is INative {
    struct Rotation {
        address newWallet;
        bool isByRecovery;
        bool isAccepted;
        /// Unix seconds from which it can be finished.
        uint64 readyAt;
    }

    event ContributorCreated(uint64 indexed contributorId, address indexed wallet);
    event RecoverySet(uint64 indexed contributorId, address recovery, uint64 activeAt);
    event RotationRequested(uint64 indexed contributorId, address indexed newWallet, bool isByRecovery, uint64 readyAt);
    event RotationAccepted(uint64 indexed contributorId, address indexed newWallet);
    event RotationCancelled(uint64 indexed contributorId);
    event RotationFinished(uint64 indexed contributorId, address indexed oldWallet, address indexed newWallet);

    error UnknownContributor(uint64 contributorId);
    /// @notice The wallet has no number yet.
    error NoContributor(address wallet);
    /// @notice Neither the wallet nor its active recovery address.
    error NotWallet(uint64 contributorId, address caller);
    /// @notice The new wallet already has a number.
    error WalletTaken(address wallet, uint64 contributorId);
    error ZeroWallet();
    /// @notice A rotation is pending: this waits until it is finished or cancelled.
    error RotationPending(uint64 contributorId);
    error NoRotation(uint64 contributorId);
    /// @notice The wallet cannot replace or cancel a request of its recovery address.
    error RequestedByRecovery(uint64 contributorId);
    error NotNewWallet(address newWallet, address caller);
    error NotAccepted(address newWallet);
    error TooEarly(uint64 readyAt);

    /// @notice The caller's number, created when it has none: a commit of rows must know it beforehand.
    function register() external returns (uint64 contributorId);

    /// @notice The number of a wallet, created when it has none. Only for native contracts.
    function ensureId(address wallet) external returns (uint64 contributorId);

    /// @notice The number of a wallet; 0 when it has none.
    function idOf(address wallet) external view returns (uint64 contributorId);

    function walletOf(uint64 contributorId) external view returns (address wallet);

    /// @notice How many numbers exist: they run from 1 to this.
    function contributorCount() external view returns (uint64 count);

    /// @notice True while a rotation is pending: claims and setClaimer wait.
    function isFrozen(uint64 contributorId) external view returns (bool);

    /// @notice The address that may request rotations now; zero when none.
    function recoveryOf(uint64 contributorId) external view returns (address recovery);

    /// @notice The pending rotation; all zero when none.
    function rotationOf(uint64 contributorId) external view returns (Rotation memory rotation);

    /// @notice Names a recovery address, active after the rotation delay; zero removes it after the same delay.
    function setRecovery(address recovery) external;

    /// @notice Asks to move a number to a new wallet. By the wallet or its active recovery address.
    function requestRotation(uint64 contributorId, address newWallet) external;

    /// @notice By the new wallet, which must have no number.
    function acceptRotation(uint64 contributorId) external;

    /// @notice By whoever requested it.
    function cancelRotation(uint64 contributorId) external;

    /// @notice By anyone, after the delay and the new wallet's acceptance.
    function finishRotation(uint64 contributorId) external;
}
